package dev.scriptanalytics.testkit.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program that runs in a JVM of its own: the JVM's options, the main class and its arguments.
 *
 * @param name of its files, and of the process in messages: lower case, without spaces
 * @param classPath directories and jars, with the platform's separator
 * @param jvmOptions in the order given to the JVM
 * @param mainClass fully qualified
 * @param arguments of its main method; never a secret, for any user of the machine can list them
 * @param environment added to that of this process; the place for secrets
 */
public record JavaProgram(
    String name,
    String classPath,
    List<String> jvmOptions,
    String mainClass,
    List<String> arguments,
    Map<String, String> environment) {

  public JavaProgram {
    jvmOptions = List.copyOf(jvmOptions);
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  public JavaProgram(
      String name,
      String classPath,
      List<String> jvmOptions,
      String mainClass,
      List<String> arguments) {
    this(name, classPath, jvmOptions, mainClass, arguments, Map.of());
  }

  /** The same program with one more option for its JVM. */
  public JavaProgram withJvmOption(String option) {
    List<String> options = new ArrayList<>(jvmOptions);
    options.add(option);
    return new JavaProgram(name, classPath, options, mainClass, arguments, environment);
  }

  /**
   * The same program with its own copy of every directory of the class path, so that a new build
   * does not take the classes away from a process that outlives this one.
   *
   * @param into the directory of the copies, whose content is deleted
   */
  JavaProgram withCopiedClasses(Path into) throws IOException {
    DirectoryTree.delete(into);
    List<String> entries = new ArrayList<>();
    for (String entry : (Iterable<String>) entries(classPath)::iterator) {
      Path source = Path.of(entry);
      if (Files.isDirectory(source)) {
        Path copy = into.resolve(Integer.toString(entries.size()));
        DirectoryTree.copy(source, copy);
        entries.add(copy.toString());
      } else {
        entries.add(entry);
      }
    }
    return new JavaProgram(
        name,
        String.join(File.pathSeparator, entries),
        jvmOptions,
        mainClass,
        arguments,
        environment);
  }

  /** The class path of this JVM, with absolute paths. */
  public static String ownClassPath() {
    return entries(System.getProperty("java.class.path"))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Stream<String> entries(String classPath) {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL).splitAsStream(classPath);
  }

  /**
   * The command that starts the program: the {@code java} of this JVM, and one file with every
   * argument.
   *
   * <p>{@link LocalProcess} recognizes a process by its command line. The operating system shows
   * too little of a command line with a class path; the path of this file it shows in full.
   *
   * @param argumentFile to write or replace
   */
  List<String> command(Path argumentFile) throws IOException {
    List<String> lines = new ArrayList<>(jvmOptions);
    lines.add("-cp");
    lines.add(classPath);
    lines.add(mainClass);
    lines.addAll(arguments);
    Files.createDirectories(argumentFile.getParent());
    Files.write(argumentFile, lines.stream().map(JavaProgram::quoted).toList());
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + argumentFile);
  }

  // In the JDK's argument files white space ends an unquoted argument, and a backslash escapes in a
  // quoted one.
  private static String quoted(String argument) {
    return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
