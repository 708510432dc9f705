package dev.scriptanalytics.testkit.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Runs a command that is described with picocli's annotations, in the way that all commands here
 * share.
 *
 * <p>Every command and subcommand has {@code --help}, which prints its description and ends with 0.
 * A wrong argument is answered with one line and the exit code 2. A failure of the outside world,
 * that is an {@link IOException}, an {@link UncheckedIOException} or an {@link
 * IllegalStateException}, is answered with its message and {@link
 * picocli.CommandLine.Command#exitCodeOnExecutionException}, which is 1 unless the command says
 * otherwise. Any other exception is an error in the program and comes with its stack trace.
 *
 * <p>A command's name is the path of its script, such as {@code deploy/local/replay}; a
 * subcommand's path begins with its parent's name.
 */
public final class Commands {
  private static final int WIDTH = 100;

  private Commands() {}

  /**
   * Runs {@code command} as the program of this JVM, and ends the JVM if the exit code is not 0.
   */
  public static void main(Object command, String... arguments) {
    int exitCode = run(command, System.out, System.err, arguments);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  /**
   * Runs {@code command} and returns its exit code.
   *
   * @param command a {@link java.util.concurrent.Callable} with picocli's annotations; the number
   *     that it returns is the exit code
   * @param out takes the help
   * @param messages takes what is wrong
   */
  public static int run(
      Object command, PrintStream out, PrintStream messages, String... arguments) {
    CommandLine line = new CommandLine(command);
    addHelp(line.getCommandSpec());
    return line.registerConverter(
            Duration.class, converter(Durations::parse, "a duration like 90s, 30m, 2h or 1d"))
        .registerConverter(
            Instant.class, converter(Instant::parse, "a time like 2026-05-14T06:00:00Z"))
        .registerConverter(double.class, converter(Double::valueOf, "a number"))
        .registerConverter(long.class, converter(Long::valueOf, "a whole number"))
        .registerConverter(int.class, converter(Integer::valueOf, "a whole number"))
        .registerConverter(Integer.class, converter(Integer::valueOf, "a whole number"))
        // An argument that begins with @ is a value, not the name of a file with arguments.
        .setExpandAtFiles(false)
        // An option that is given twice has its last value.
        .setOverwrittenOptionsAllowed(true)
        .setUsageHelpWidth(WIDTH)
        .setOut(new PrintWriter(out, true, UTF_8))
        .setErr(new PrintWriter(messages, true, UTF_8))
        .setParameterExceptionHandler((e, unused) -> refuse(e))
        .setExecutionExceptionHandler((e, failed, unused) -> report(e, failed))
        .execute(arguments);
  }

  private static void addHelp(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder("--help").usageHelp(true).description("shows this text").build());
    spec.usageMessage().sortOptions(false).abbreviateSynopsis(true);
    spec.subcommands().values().forEach(subcommand -> addHelp(subcommand.getCommandSpec()));
  }

  private static <T> ITypeConverter<T> converter(Function<String, T> parser, String expected) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
        throw new TypeConversionException("'%s' is not %s".formatted(text, expected));
      }
    };
  }

  private static int refuse(ParameterException e) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandSpec().qualifiedName("/");
    line.getErr().printf("%s: %s; see %s --help%n", name, reason(e), name);
    return line.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static String reason(ParameterException e) {
    // picocli names an argument by its position, which counts the subcommand.
    return e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()
        ? "Unknown argument: '" + unmatched.getUnmatched().get(0) + "'"
        : e.getMessage();
  }

  private static int report(Exception e, CommandLine failed) throws Exception {
    if (!(e instanceof IOException
        || e instanceof UncheckedIOException
        || e instanceof IllegalStateException)) {
      throw e;
    }
    failed
        .getErr()
        .println(
            e instanceof NoSuchFileException missing
                ? "There is no file " + missing.getFile() + "."
                : e.getMessage());
    return failed.getCommandSpec().exitCodeOnExecutionException();
  }
}
