package dev.scriptanalytics.api.configuration;

import java.util.List;

/** The server cannot start with what it was given; the message names every problem at once. */
public final class ConfigurationException extends RuntimeException {
  ConfigurationException(List<String> problems) {
    super(
        problems.size() == 1
            ? problems.get(0)
            : "The configuration has %d problems:\n  - %s"
                .formatted(problems.size(), String.join("\n  - ", problems)));
  }
}
