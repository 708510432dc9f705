package dev.scriptanalytics.testkit.command;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The arguments of a command: {@code --name value}, {@code --flag}, and others without a name. */
public final class CommandLine {
  private static final Pattern SHORT_DURATION = Pattern.compile("([0-9]+)(ms|s|m|h|d)?");

  private final Map<String, String> values = new HashMap<>();
  private final Set<String> flags = new HashSet<>();
  private final List<String> others = new ArrayList<>();

  private CommandLine() {}

  /** What the user wrote cannot be understood; the message says what to write instead. */
  public static final class BadArgument extends Exception {
    private static final long serialVersionUID = 1;

    public BadArgument(String message) {
      super(message);
    }
  }

  /**
   * Takes {@code arguments} apart.
   *
   * @param valued the names, with their dashes, that a value follows
   * @param flags the names that stand alone
   */
  public static CommandLine parse(String[] arguments, Set<String> valued, Set<String> flags)
      throws BadArgument {
    CommandLine line = new CommandLine();
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      if (flags.contains(argument)) {
        line.flags.add(argument);
      } else if (valued.contains(argument)) {
        if (i + 1 == arguments.length) {
          throw new BadArgument(argument + " needs a value");
        }
        line.values.put(argument, arguments[++i]);
      } else if (argument.startsWith("--")) {
        throw new BadArgument("there is no option " + argument);
      } else {
        line.others.add(argument);
      }
    }
    return line;
  }

  public boolean has(String flag) {
    return flags.contains(flag);
  }

  /** The arguments that have no name. */
  public List<String> others() {
    return others;
  }

  /** Refuses arguments that have no name. */
  public void expectNoOthers() throws BadArgument {
    if (!others.isEmpty()) {
      throw new BadArgument("it is not clear what is meant by " + others.get(0));
    }
  }

  public String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** The path that must be given. */
  public Path path(String name) throws BadArgument {
    Path path = path(name, null);
    if (path == null) {
      throw new BadArgument(name + " is missing: it names a file");
    }
    return path;
  }

  public Path path(String name, Path otherwise) throws BadArgument {
    return parsed(name, otherwise, Path::of, "a path");
  }

  public long integer(String name, long otherwise) throws BadArgument {
    return parsed(name, otherwise, Long::valueOf, "a whole number");
  }

  /** A finite number that is not negative. */
  public double number(String name, double otherwise) throws BadArgument {
    return parsed(name, otherwise, CommandLine::nonNegative, "a number, 0 or more");
  }

  public Instant instant(String name, Instant otherwise) throws BadArgument {
    return parsed(name, otherwise, Instant::parse, "a time like 2026-05-14T06:00:00Z");
  }

  public Duration duration(String name, Duration otherwise) throws BadArgument {
    return parsed(name, otherwise, CommandLine::duration, "a duration like 90s, 30m, 2h or 1d");
  }

  private <T> T parsed(String name, T otherwise, Function<String, T> parser, String what)
      throws BadArgument {
    String value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
      throw new BadArgument("%s must be %s, not \"%s\"".formatted(name, what, value));
    }
  }

  private static double nonNegative(String text) {
    double number = Double.parseDouble(text);
    if (!(number >= 0 && number < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException();
    }
    return number;
  }

  private static Duration duration(String text) {
    Matcher matcher = SHORT_DURATION.matcher(text);
    if (!matcher.matches()) {
      Duration duration = Duration.parse(text.toUpperCase(Locale.ROOT));
      if (duration.isNegative()) {
        throw new IllegalArgumentException();
      }
      return duration;
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2) == null ? "s" : matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      default -> Duration.ofSeconds(amount);
    };
  }
}
