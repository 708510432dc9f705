package dev.scriptanalytics.deploy;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;

/** The keys that Flink knows, of the kinds of options that deployments set. */
final class FlinkOptions {
  private static final List<Class<?>> CLASSES =
      List.of(
          BlobServerOptions.class,
          CheckpointingOptions.class,
          CoreOptions.class,
          HeartbeatManagerOptions.class,
          HighAvailabilityOptions.class,
          JobManagerOptions.class,
          MetricOptions.class,
          PipelineOptions.class,
          RestOptions.class,
          RestartStrategyOptions.class,
          StateBackendOptions.class,
          TaskManagerOptions.class);

  private FlinkOptions() {}

  /** Whether Flink has an option of that key. */
  static boolean know(String key) {
    // A reporter's options stand behind its name, which is free; the port is its own class's.
    return keys().contains(key.replaceFirst("^metrics\\.reporter\\.\\w+\\.", ""))
        || key.matches("metrics\\.reporter\\.\\w+\\.port");
  }

  private static Set<String> keys() {
    Set<String> keys = new HashSet<>();
    for (Class<?> options : CLASSES) {
      for (Field field : options.getFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
          ConfigOption<?> option = option(field);
          keys.add(option.key());
          for (FallbackKey fallback : option.fallbackKeys()) {
            if (!fallback.isDeprecated()) {
              keys.add(fallback.getKey());
            }
          }
        }
      }
    }
    return keys;
  }

  private static ConfigOption<?> option(Field field) {
    try {
      return (ConfigOption<?>) field.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
