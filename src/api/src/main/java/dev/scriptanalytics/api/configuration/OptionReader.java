package dev.scriptanalytics.api.configuration;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads options by name and collects all that is wrong with them. */
final class OptionReader {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|min|h|d)");
  private static final String DURATION_FORM =
      "a duration above 0, such as 500 ms, 30 s, 5 min, 24 h or 7 d";

  private static final Pattern ORIGIN = Pattern.compile("https?://[A-Za-z0-9.-]+(:\\d{1,5})?");
  private static final int KEY_BYTES = 32;
  private static final Set<String> SECRETS = Set.of("api.session-key");

  private final Map<String, String> environment;
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Set<String> known = new TreeSet<>();
  private final List<String> problems = new ArrayList<>();

  OptionReader(String[] arguments, Map<String, String> environment) {
    this.environment = environment;
    Map<String, String> given = readArguments(arguments);
    String file = given.remove("config");
    if (file != null) {
      readFile(file);
    }
    for (String key : SECRETS) {
      String text = given.getOrDefault(key, "");
      if (!text.isEmpty() && !VARIABLE.matcher(text).matches()) {
        problems.add(
            ("%s is a secret and must not stand on the command line, which everybody on the machine"
                    + " can read: name an environment variable, '--%s=${NAME}' (in single quotes),"
                    + " or write it into the --config file")
                .formatted(key, key));
      }
    }
    texts.putAll(given);
  }

  private Map<String, String> readArguments(String[] arguments) {
    Map<String, String> given = new LinkedHashMap<>();
    int i = 0;
    while (i < arguments.length) {
      String argument = arguments[i++];
      if (!argument.startsWith("--") || argument.length() == 2) {
        problems.add("argument %d is no --key: use --key value or --key=value".formatted(i));
        continue;
      }
      int equals = argument.indexOf('=');
      String key = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
      String text = equals < 0 ? null : argument.substring(equals + 1);
      if (text == null && i < arguments.length && !arguments[i].startsWith("--")) {
        text = arguments[i++];
      }
      if (text == null) {
        problems.add("--%s has no value".formatted(key));
      } else if (given.putIfAbsent(key, text.strip()) != null) {
        problems.add("--%s is given twice".formatted(key));
      }
    }
    return given;
  }

  private void readFile(String file) {
    Properties lines = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
      lines.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      problems.add("--config %s cannot be read: %s".formatted(file, e));
    }
    lines.stringPropertyNames().forEach(key -> texts.put(key, lines.getProperty(key).strip()));
  }

  /** The value with variables replaced, or the default where it is missing or empty. */
  String text(String key, String otherwise) {
    known.add(key);
    String text = texts.getOrDefault(key, "");
    String value =
        VARIABLE
            .matcher(text)
            .replaceAll(
                variable -> {
                  String name = variable.group(1);
                  if (!environment.containsKey(name)) {
                    problems.add(
                        "%s needs the environment variable %s, which is not set"
                            .formatted(key, name));
                  }
                  return Matcher.quoteReplacement(environment.getOrDefault(name, ""));
                });
    return value.isEmpty() ? otherwise : value;
  }

  int number(String key, int otherwise, int least, int most) {
    String text = text(key, Integer.toString(otherwise));
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException malformed) {
      // Said below.
    }
    wrong(key, "a whole number from %d to %d".formatted(least, most));
    return otherwise;
  }

  Duration duration(String key, String otherwise) {
    return parsed(key, text(key, otherwise)).orElse(Duration.ofSeconds(1));
  }

  Optional<Duration> optionalDuration(String key) {
    String text = text(key, "");
    return text.isEmpty() ? Optional.empty() : parsed(key, text);
  }

  private Optional<Duration> parsed(String key, String text) {
    Matcher matcher = DURATION.matcher(text);
    if (matcher.matches()) {
      long amount = Long.parseLong(matcher.group(1));
      Duration duration =
          switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "min" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
          };
      if (!duration.isZero()) {
        return Optional.of(duration);
      }
    }
    wrong(key, DURATION_FORM);
    return Optional.empty();
  }

  URI address(String key, String otherwise) {
    return parsedAddress(key, text(key, otherwise)).orElse(URI.create(otherwise));
  }

  Optional<URI> optionalAddress(String key) {
    String text = text(key, "");
    return text.isEmpty() ? Optional.empty() : parsedAddress(key, text);
  }

  private Optional<URI> parsedAddress(String key, String text) {
    try {
      URI address = URI.create(text);
      boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      if (http && address.getHost() != null && address.getUserInfo() == null) {
        return Optional.of(address);
      }
    } catch (IllegalArgumentException malformed) {
      // Said below.
    }
    // The value is not shown: it may hold a password.
    problems.add(
        "%s must be an address such as http://127.0.0.1:8123, without user and password"
            .formatted(key));
    return Optional.empty();
  }

  /** Such as {@code https://example.org}; {@code *} stands for all. */
  Set<String> origins(String key) {
    Set<String> origins = names(key, "");
    for (String origin : origins) {
      if (!origin.equals("*") && !ORIGIN.matcher(origin).matches()) {
        problems.add(
            "%s has '%s'; it must be origins such as https://example.org, or *"
                .formatted(key, origin));
      }
    }
    return origins;
  }

  /** One or two keys of AES-256 in base64. */
  List<byte[]> keys(String key) {
    List<byte[]> keys = new ArrayList<>();
    for (String text : names(key, "")) {
      try {
        keys.add(Base64.getDecoder().decode(text));
      } catch (IllegalArgumentException malformed) {
        keys.add(new byte[0]);
      }
    }
    if (keys.size() > 2 || keys.stream().anyMatch(bytes -> bytes.length != KEY_BYTES)) {
      // The value is not shown: it is a secret.
      problems.add(
          "%s must be %d bytes in base64, or two such keys with a comma between: try openssl rand"
                  .formatted(key, KEY_BYTES)
              + " -base64 32");
      return List.of();
    }
    return keys;
  }

  Set<String> names(String key, String otherwise) {
    return Arrays.stream(text(key, otherwise).split(",", -1))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private void wrong(String key, String takes) {
    problems.add("%s is '%s'; it must be %s".formatted(key, texts.getOrDefault(key, ""), takes));
  }

  /** Fails if anything was wrong, or if there is an option that nobody asked for. */
  void check() {
    for (String key : texts.keySet()) {
      if (!known.contains(key)) {
        problems.add("unknown option %s; there are %s".formatted(key, String.join(", ", known)));
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }
}
