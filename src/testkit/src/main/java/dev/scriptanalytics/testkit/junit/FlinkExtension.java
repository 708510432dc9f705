package dev.scriptanalytics.testkit.junit;

import dev.scriptanalytics.testkit.flink.FlinkCluster;
import java.nio.file.Path;
import java.util.Map;

/**
 * Runs a real Flink cluster of one TaskManager, in processes of its own, with the shipped
 * configuration. A job that needs no cluster apart from its test runs in Flink's MiniCluster, which
 * has an extension of its own.
 *
 * <pre>
 * &#64;RegisterExtension
 * static final FlinkExtension flink = new FlinkExtension(Map.of());
 * </pre>
 */
public final class FlinkExtension extends ServerExtension<FlinkCluster> {

  private final Map<String, String> settings;

  /**
   * A cluster without jobs.
   *
   * @param settings in place of those in {@code deploy/flink/config.yaml}
   */
  public FlinkExtension(Map<String, String> settings) {
    super("Flink");
    this.settings = settings;
  }

  @Override
  FlinkCluster start(Path directory) {
    // Paths with a space in them are usual on some machines.
    return FlinkCluster.start(directory.resolve("with space"), 1, settings);
  }
}
