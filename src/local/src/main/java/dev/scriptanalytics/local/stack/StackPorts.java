package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.process.Ports;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The ports of one stack: a number for every {@link StackPort}. */
final class StackPorts {

  private final Map<StackPort, Integer> ports;

  private StackPorts(Map<StackPort, Integer> ports) {
    this.ports = new EnumMap<>(ports);
  }

  /**
   * The ports that the environment names, or the usual ones.
   *
   * @throws IllegalStateException if a variable is not a port, or two are the same
   */
  static StackPorts of(Map<String, String> environment) {
    Map<StackPort, Integer> ports = new EnumMap<>(StackPort.class);
    Map<Integer, StackPort> users = new HashMap<>();
    for (StackPort port : StackPort.values()) {
      int number = named(port, environment).orElse(port.standard());
      StackPort other = users.put(number, port);
      if (other != null) {
        throw new IllegalStateException(
            "%s and %s are both %d: each needs a port of its own.".formatted(other, port, number));
      }
      ports.put(port, number);
    }
    return new StackPorts(ports);
  }

  private static Optional<Integer> named(StackPort port, Map<String, String> environment) {
    String text = environment.getOrDefault(port.name(), "");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (!text.matches("[0-9]{1,5}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > 65_535) {
      throw new IllegalStateException(
          "%s is '%s'; it must be a port, from 1 to 65535.".formatted(port, text));
    }
    return Optional.of(Integer.valueOf(text));
  }

  int get(StackPort port) {
    return ports.get(port);
  }

  /**
   * Refuses an environment that names other ports than these of a running stack.
   *
   * @throws IllegalStateException if it does
   */
  void expectNoOthersIn(Map<String, String> environment) {
    for (StackPort port : StackPort.values()) {
      named(port, environment)
          .filter(wanted -> wanted != get(port))
          .ifPresent(
              wanted -> {
                throw new IllegalStateException(
                    """
                    This stack runs, and %s on port %d, not on %d as %s says.
                    Run deploy/local/down before you move it to another port; or let SCRIPT_ANALYTICS_HOME
                    name another directory for a second stack beside it."""
                        .formatted(port.purpose(), get(port), wanted, port));
              });
    }
  }

  /**
   * Refuses ports that other programs listen on.
   *
   * @param needed selects the ports that must be free
   * @throws IllegalStateException if one is taken; the message names the variable to set
   */
  void expectFree(Predicate<StackPort> needed) {
    List<StackPort> taken =
        ports.keySet().stream().filter(needed).filter(port -> Ports.isTaken(get(port))).toList();
    if (taken.isEmpty()) {
      return;
    }
    StringBuilder message = new StringBuilder();
    for (StackPort port : taken) {
      message.append(
          "Port %d, where %s, is taken by another program.%n".formatted(get(port), port.purpose()));
    }
    message.append(
        "Stop that program, or let the environment name other ports, as in:%n  %s deploy/local/up"
            .formatted(
                taken.stream()
                    .map(port -> port + "=" + Ports.free())
                    .collect(Collectors.joining(" "))));
    throw new IllegalStateException(message.toString());
  }

  void store(Path file) {
    Properties properties = new Properties();
    ports.forEach((port, number) -> properties.setProperty(port.name(), number.toString()));
    try {
      Files.createDirectories(file.getParent());
      try (Writer writer = Files.newBufferedWriter(file)) {
        properties.store(writer, "The ports of this stack.");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file + ".", e);
    }
  }

  /** Deletes the stored ports, so that the next stack in the directory chooses its own. */
  static void forget(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + file + ".", e);
    }
  }

  /** The stored ports, if any. */
  static Optional<StackPorts> load(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Map<String, String> stored = new HashMap<>();
    try (Reader reader = Files.newBufferedReader(file)) {
      Properties properties = new Properties();
      properties.load(reader);
      properties.forEach((key, value) -> stored.put((String) key, (String) value));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file + ".", e);
    }
    return Optional.of(of(stored));
  }
}
