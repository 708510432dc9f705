package dev.scriptanalytics.configuration;

import java.util.List;

/**
 * The job cannot start with what it was given; the message names every problem at once, and never a
 * secret's value.
 */
public final class ConfigurationException extends RuntimeException {
  private final List<String> problems;

  public ConfigurationException(List<String> problems) {
    super(
        problems.size() == 1
            ? problems.get(0)
            : "The configuration has "
                + problems.size()
                + " problems:\n  - "
                + String.join("\n  - ", problems));
    this.problems = List.copyOf(problems);
  }

  /** One sentence a problem, in the order in which they were found. */
  public List<String> problems() {
    return problems;
  }
}
