package dev.scriptanalytics.configuration;

import static dev.scriptanalytics.configuration.JobOptions.CLICKHOUSE_PASSWORD;
import static dev.scriptanalytics.configuration.JobOptions.CLICKHOUSE_PASSWORD_FILE;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_AGE;
import static dev.scriptanalytics.configuration.JobOptions.LOGS_TOPICS;
import static dev.scriptanalytics.configuration.JobOptions.OTLP_LOGS_TOPICS;
import static dev.scriptanalytics.configuration.JobOptions.OTLP_SPANS_TOPICS;
import static dev.scriptanalytics.configuration.JobOptions.RETENTION_DAYS;
import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_COLD_EMIT_INTERVAL;
import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_EMIT_INTERVAL;
import static dev.scriptanalytics.configuration.JobOptions.RUNS_TOPICS;
import static dev.scriptanalytics.configuration.JobOptions.RUN_MAX_OPEN;
import static dev.scriptanalytics.configuration.JobOptions.RUN_STATUS_FAILED;
import static dev.scriptanalytics.configuration.JobOptions.RUN_STATUS_IN_PROGRESS;
import static dev.scriptanalytics.configuration.JobOptions.RUN_STATUS_SUCCESS;
import static dev.scriptanalytics.configuration.JobOptions.RUN_TIMEOUT;
import static dev.scriptanalytics.configuration.JobOptions.SINK_RETRY_BACKOFF_INITIAL;
import static dev.scriptanalytics.configuration.JobOptions.SINK_RETRY_BACKOFF_MAX;

import dev.scriptanalytics.configuration.OptionCatalogue.Declared;
import dev.scriptanalytics.event.RunStatusWords;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.TimeUtils;

/**
 * Makes a {@link JobConfiguration} of arguments, file and environment, or says all that is wrong.
 */
final class ConfigurationReader {
  private static final String HIDDEN = "******";

  /** With a colon inside it is Kafka's own ({@code ${file:path:key}}) and stays as it is. */
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}:]*)\\}");

  private static final Pattern VARIABLE_OR_KAFKAS = Pattern.compile("\\$\\{[^}]*\\}");

  private static final Pattern PATTERN_NAME = Pattern.compile("[A-Za-z0-9_-]+");

  private static final Pattern ALIAS = Pattern.compile("[^\"\\\\\\p{Cntrl}]+");

  private final Map<String, String> env;
  private final List<String> problems = new ArrayList<>();

  /** Options that a problem was found with already, so that one slip is reported once. */
  private final Set<String> reported = new HashSet<>();

  private final Configuration options = new Configuration();
  private final Map<String, String> passedThrough = new LinkedHashMap<>();
  private final Map<String, String> shown = new LinkedHashMap<>();

  ConfigurationReader(Map<String, String> env) {
    this.env = env;
  }

  JobConfiguration read(String[] args) {
    Map<String, String> arguments = readArguments(args);
    String file = arguments.remove("config");
    Map<String, String> texts = new LinkedHashMap<>();
    if (file != null) {
      texts.putAll(readFile(file));
    }
    texts.putAll(arguments);
    texts.forEach(this::take);
    checkRequired();
    checkTogether();
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return new JobConfiguration(options, passedThrough, shown);
  }

  private Map<String, String> readArguments(String[] args) {
    Map<String, String> texts = new LinkedHashMap<>();
    int i = 0;
    while (i < args.length) {
      String argument = args[i++];
      if (!argument.startsWith("--") || argument.length() == 2) {
        // Its text is not shown: it may be the rest of a secret with a blank in it.
        problems.add("argument %d is no --key: use --key value or --key=value".formatted(i));
        continue;
      }
      int equals = argument.indexOf('=');
      String key = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
      String text;
      if (equals >= 0) {
        text = argument.substring(equals + 1);
      } else if (i < args.length && !args[i].startsWith("--")) {
        text = args[i++];
      } else {
        report(key, "--%s has no value".formatted(key));
        continue;
      }
      if (JobOptions.isSecret(key) && !text.isEmpty() && !VARIABLE_OR_KAFKAS.matcher(text).find()) {
        report(
            key,
            ("%s is a secret and must not stand on the command line, which everybody on the machine"
                    + " can read: name an environment variable, '--%s=${NAME}' (in single quotes,"
                    + " so that the shell leaves it alone), or write it into the --config file")
                .formatted(key, key));
      } else if (texts.putIfAbsent(key, text.strip()) != null) {
        report(key, "--%s is given twice".formatted(key));
      }
    }
    return texts;
  }

  private Map<String, String> readFile(String file) {
    Map<String, String> texts = new LinkedHashMap<>();
    Properties lines =
        new Properties() {
          @Override
          public synchronized Object put(Object key, Object text) {
            if (texts.putIfAbsent((String) key, ((String) text).strip()) != null) {
              report((String) key, "%s stands twice in %s".formatted(key, file));
            }
            return null;
          }
        };
    try (Reader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
      lines.load(reader);
    } catch (IOException | InvalidPathException e) {
      problems.add("--config %s cannot be read: %s".formatted(file, e));
    } catch (IllegalArgumentException e) {
      problems.add(
          ("--config %s has a \\u that is not followed by four hexadecimal digits; a backslash is"
                  + " written \\\\")
              .formatted(file));
    }
    return texts;
  }

  private void take(String key, String text) {
    // What comes from the environment may be a secret under any key, so only its name is shown.
    shown.put(key, JobOptions.isSecret(key) ? HIDDEN : text);
    Declared<?> declared = JobOptions.declared().get(key);
    boolean redacts = key.startsWith(JobConfiguration.REDACT_PATTERNS);
    boolean aliases = key.startsWith(JobConfiguration.ALIASES);
    if (declared == null && !redacts && !aliases && !passesThrough(key)) {
      report(key, "unknown option %s%s".formatted(key, suggestion(key)));
      return;
    }
    Set<String> missing = new LinkedHashSet<>();
    String value =
        VARIABLE
            .matcher(text)
            .replaceAll(
                variable -> {
                  String name = variable.group(1);
                  if (!env.containsKey(name)) {
                    missing.add(name);
                  }
                  return Matcher.quoteReplacement(env.getOrDefault(name, ""));
                });
    for (String name : missing) {
      report(key, "%s needs the environment variable %s, which is not set".formatted(key, name));
    }
    if (!missing.isEmpty()) {
      return;
    }
    if (redacts) {
      checkPattern(key, value);
    } else if (aliases) {
      checkAliases(key, value);
    } else if (declared == null) {
      passedThrough.put(key, value);
    } else if (!value.isEmpty()
        || declared.mayBeEmpty()) { // "key=" in a file is how one says "not set"
      check(declared, value);
    }
  }

  private void checkPattern(String key, String regex) {
    String name = key.substring(JobConfiguration.REDACT_PATTERNS.length());
    if (!PATTERN_NAME.matcher(name).matches()) {
      report(
          key,
          "%s has a name that is not of letters, digits, '-' and '_' alone: '%s'"
              .formatted(key, name));
    } else if (!regex.isEmpty()) {
      try {
        if (Pattern.compile(regex).matcher("").find()) {
          report(
              key,
              ("%s is '%s'; it must not match the empty text, which stands between any two"
                      + " characters: use + instead of *, or name something that must be there")
                  .formatted(key, shown.get(key)));
        }
        passedThrough.put(key, regex);
      } catch (PatternSyntaxException e) {
        report(
            key,
            "%s is '%s'; it must be a Java regular expression: %s"
                .formatted(key, shown.get(key), e.getDescription()));
      }
    }
  }

  /** Whether the field and these names of it fit together is known to who reads events. */
  private void checkAliases(String key, String names) {
    if (names.isEmpty()) {
      return;
    }
    if (OptionCatalogue.items(names).stream().allMatch(name -> ALIAS.matcher(name).matches())) {
      passedThrough.put(key, names);
    } else {
      report(
          key,
          "%s is '%s'; it must be names separated by commas, without quotes and backslashes"
              .formatted(key, shown.get(key)));
    }
  }

  private <T> void check(Declared<T> declared, String value) {
    String key = declared.option().key();
    try {
      T parsed = declared.parser().apply(value);
      if (declared.allowed().test().test(parsed)) {
        options.set(declared.option(), parsed);
        return;
      }
    } catch (IllegalArgumentException malformed) {
      // Said below, in words that name the option.
    }
    boolean hidden = declared.secret() || mayHoldCredentials(value);
    report(
        key,
        "%s %s; it must be %s"
            .formatted(
                key,
                hidden ? "has a value that is not valid" : "is '" + shown.get(key) + "'",
                declared.allowed().sentence()));
  }

  private static boolean mayHoldCredentials(String value) {
    return value.contains("://") && (value.contains("@") || value.contains("?"));
  }

  private void checkRequired() {
    for (Declared<?> declared : JobOptions.declared().values()) {
      String key = declared.option().key();
      if (declared.required() && !options.containsKey(key) && !reported.contains(key)) {
        report(key, "%s is required; it must be %s".formatted(key, declared.allowed().sentence()));
      }
    }
  }

  private void checkTogether() {
    if (options.contains(CLICKHOUSE_PASSWORD) && options.contains(CLICKHOUSE_PASSWORD_FILE)) {
      problems.add("clickhouse.password and clickhouse.password-file are both set; keep one");
    }
    checkEachOnce(
        "topic",
        List.of(RUNS_TOPICS, LOGS_TOPICS, OTLP_LOGS_TOPICS, OTLP_SPANS_TOPICS),
        name -> name);
    checkEachOnce("attribute", JobOptions.koreloggerAttributes(), name -> name);
    checkEachOnce(
        "status",
        List.of(RUN_STATUS_IN_PROGRESS, RUN_STATUS_SUCCESS, RUN_STATUS_FAILED),
        RunStatusWords::normalForm);
    checkOrder(RUN_TIMEOUT, RUN_MAX_OPEN);
    checkOrder(ROLLUP_EMIT_INTERVAL, ROLLUP_COLD_EMIT_INTERVAL);
    checkOrder(SINK_RETRY_BACKOFF_INITIAL, SINK_RETRY_BACKOFF_MAX);
    Duration age = options.get(EVENT_MAX_AGE);
    int days = options.get(RETENTION_DAYS);
    if (age.compareTo(Duration.ofDays(days)) > 0) {
      problems.add(
          ("event.max-age (%s) must not be more than retention.days (%d): ClickHouse drops a row that"
                  + " is past its retention without a word")
              .formatted(TimeUtils.formatWithHighestUnit(age), days));
    }
  }

  /** What is named by two options can only be read as one of them says. */
  private void checkEachOnce(
      String what, List<? extends ConfigOption<?>> namedBy, UnaryOperator<String> normalForm) {
    Map<String, String> keys = new HashMap<>();
    for (ConfigOption<?> option : namedBy) {
      Object value = options.get(option);
      for (Object name : value instanceof List<?> names ? names : List.of(value)) {
        String other = keys.putIfAbsent(normalForm.apply((String) name), option.key());
        if (other != null && !other.equals(option.key())) {
          problems.add(
              "%s and %s both name the %s '%s'; keep one"
                  .formatted(other, option.key(), what, name));
        }
      }
    }
  }

  private void checkOrder(ConfigOption<Duration> smaller, ConfigOption<Duration> larger) {
    Duration small = options.get(smaller);
    Duration large = options.get(larger);
    if (small.compareTo(large) > 0) {
      problems.add(
          "%s (%s) must not be more than %s (%s)"
              .formatted(
                  smaller.key(),
                  TimeUtils.formatWithHighestUnit(small),
                  larger.key(),
                  TimeUtils.formatWithHighestUnit(large)));
    }
  }

  private static boolean passesThrough(String key) {
    boolean prefixed =
        (key.startsWith(JobConfiguration.KAFKA) || key.startsWith(JobConfiguration.CLICKHOUSE))
            && !key.endsWith(".");
    // What is nearly an option of ours is a slip of the pen, and would be ignored without a word.
    String nearest = nearest(key);
    return prefixed && !nearest.startsWith(key) && distance(key, nearest) > 2;
  }

  private static String suggestion(String key) {
    if (key.startsWith("redact")) {
      return "; did you mean %sNAME?".formatted(JobConfiguration.REDACT_PATTERNS);
    }
    if (key.startsWith("event.alias")) {
      return "; did you mean %sNAME?".formatted(JobConfiguration.ALIASES);
    }
    String nearest = nearest(key);
    return nearest.startsWith(key) || distance(key, nearest) <= Math.max(3, key.length() / 2)
        ? "; did you mean %s?".formatted(nearest)
        : "; --help lists all options";
  }

  private static String nearest(String key) {
    return JobOptions.declared().keySet().stream()
        .min(Comparator.comparingInt(known -> known.startsWith(key) ? 0 : distance(key, known)))
        .orElseThrow();
  }

  /** How many characters must be put in, left out or replaced to make one text of the other. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }

  private void report(String key, String problem) {
    reported.add(key);
    problems.add(problem);
  }
}
