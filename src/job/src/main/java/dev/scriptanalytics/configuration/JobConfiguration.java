package dev.scriptanalytics.configuration;

import static dev.scriptanalytics.configuration.JobOptions.KAFKA_BOOTSTRAP_SERVERS;
import static dev.scriptanalytics.configuration.JobOptions.KAFKA_GROUP_ID;
import static dev.scriptanalytics.configuration.JobOptions.KAFKA_ISOLATION_LEVEL;
import static dev.scriptanalytics.configuration.JobOptions.RETENTION_ACCOUNTS;
import static dev.scriptanalytics.configuration.JobOptions.RETENTION_DAYS;

import dev.scriptanalytics.redact.Redaction;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/**
 * What the job was told: the options of {@link JobOptions}, checked, what passes through to the
 * Kafka clients and the JDBC driver, and the patterns of what is masked.
 *
 * <p>It holds secrets. It can be serialized, but an operator should be given what it needs of it.
 */
public final class JobConfiguration implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String KAFKA = "kafka.";
  static final String CLICKHOUSE = "clickhouse.";
  static final String REDACT_PATTERNS = "redact.patterns.";

  /** What the options that give a field further names begin with. */
  public static final String ALIASES = "event.alias.";

  private final Configuration options;
  private final HashMap<String, String> passedThrough;
  private final TreeMap<String, String> shown;

  JobConfiguration(
      Configuration options, Map<String, String> passedThrough, Map<String, String> shown) {
    this.options = options;
    this.passedThrough = new HashMap<>(passedThrough);
    this.shown = new TreeMap<>(shown);
  }

  /** Whether the arguments ask for {@link #help} instead of a job. */
  public static boolean asksForHelp(String[] args) {
    return Arrays.asList(args).contains("--help");
  }

  /** Every option with its default and description: the text of the shipped properties file. */
  public static String help() {
    return PropertiesFile.ofDefaults();
  }

  /**
   * Reads the arguments {@code --config FILE}, {@code --key value} and {@code --key=value}.
   *
   * @param env what {@code ${NAME}} in a value is replaced from
   * @throws ConfigurationException with everything that is wrong, if anything is
   */
  public static JobConfiguration fromArgs(String[] args, Map<String, String> env) {
    return new ConfigurationReader(env).read(args);
  }

  /** The value of an option, or its default; null where it is not set and has none. */
  public <T> T get(ConfigOption<T> option) {
    return options.get(option);
  }

  /** The value of an option that is a number of bytes. */
  public int bytes(ConfigOption<MemorySize> option) {
    return Math.toIntExact(get(option).getBytes());
  }

  /** What the Kafka clients are configured with: every {@code kafka.*}, without that prefix. */
  public Properties kafkaProperties() {
    Properties properties = withoutPrefix(KAFKA);
    for (ConfigOption<String> option :
        List.of(KAFKA_BOOTSTRAP_SERVERS, KAFKA_GROUP_ID, KAFKA_ISOLATION_LEVEL)) {
      properties.setProperty(option.key().substring(KAFKA.length()), get(option));
    }
    return properties;
  }

  /** Every {@code clickhouse.*} that is no option of the job, for the driver, without prefix. */
  public Properties clickHouseProperties() {
    return withoutPrefix(CLICKHOUSE);
  }

  /** What is masked before it is written: every {@code redact.patterns.NAME}. */
  public Redaction redaction() {
    Map<String, Pattern> patterns = new HashMap<>();
    withoutPrefix(REDACT_PATTERNS)
        .forEach((name, regex) -> patterns.put((String) name, Pattern.compile((String) regex)));
    return new Redaction(patterns);
  }

  /** Further names of fields by the field's own name: every {@code event.alias.NAME}. */
  public Map<String, List<String>> aliases() {
    Map<String, List<String>> aliases = new TreeMap<>();
    withoutPrefix(ALIASES)
        .forEach(
            (name, names) -> aliases.put((String) name, OptionCatalogue.items((String) names)));
    return aliases;
  }

  /** For how many days the raw rows of that account live. */
  public int retentionDays(String account) {
    String days = get(RETENTION_ACCOUNTS).get(account);
    return days == null ? get(RETENTION_DAYS) : Integer.parseInt(days);
  }

  /** What was set, for the log: secrets hidden, the environment's values by their names only. */
  @Override
  public String toString() {
    return shown.toString();
  }

  private Properties withoutPrefix(String prefix) {
    Properties properties = new Properties();
    passedThrough.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            properties.setProperty(key.substring(prefix.length()), value);
          }
        });
    return properties;
  }
}
