package dev.scriptanalytics.decode;

import static dev.scriptanalytics.configuration.JobOptions.EVENT_DEFAULT_ZONE;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_CLOCK_SKEW;
import static dev.scriptanalytics.configuration.JobOptions.LOG_LEVEL_SCALE;
import static dev.scriptanalytics.configuration.JobOptions.RUN_STATUS_FAILED;
import static dev.scriptanalytics.configuration.JobOptions.RUN_STATUS_IN_PROGRESS;
import static dev.scriptanalytics.configuration.JobOptions.RUN_STATUS_SUCCESS;

import dev.scriptanalytics.configuration.ConfigurationException;
import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.event.LevelScale;
import dev.scriptanalytics.event.RunStatusWords;
import java.io.Serializable;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How events in JSON are read where producers differ.
 *
 * @param statusWords the words for the states of a run
 * @param aliases further names of fields, by canonical name
 * @param defaultZone the zone of times without one; null if they are an error
 * @param maxClockSkewMillis how long before its start a run may end, because two clocks told them
 * @param levelScale what a log level means that is a number
 */
public record EventRules(
    RunStatusWords statusWords,
    Map<String, List<String>> aliases,
    ZoneId defaultZone,
    long maxClockSkewMillis,
    LevelScale levelScale)
    implements Serializable {
  private static final int MICROS_PER_MILLI = 1000;

  /** The rules of a job without options. */
  public static final EventRules DEFAULT =
      new EventRules(
          new RunStatusWords(
              RUN_STATUS_IN_PROGRESS.defaultValue(),
              RUN_STATUS_SUCCESS.defaultValue(),
              RUN_STATUS_FAILED.defaultValue()),
          Map.of(),
          null,
          EVENT_MAX_CLOCK_SKEW.defaultValue().toMillis(),
          LOG_LEVEL_SCALE.defaultValue());

  /** The rules, with a copy of the aliases. */
  public EventRules {
    aliases = new HashMap<>(aliases);
  }

  /**
   * The rules that the options set.
   *
   * @throws ConfigurationException naming the key of an alias for no field, or of another field
   */
  public static EventRules of(JobConfiguration configuration) {
    Map<String, List<String>> aliases = configuration.aliases();
    List<String> problems = problemsOf(aliases);
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    String zone = configuration.get(EVENT_DEFAULT_ZONE);
    return new EventRules(
        new RunStatusWords(
            configuration.get(RUN_STATUS_IN_PROGRESS),
            configuration.get(RUN_STATUS_SUCCESS),
            configuration.get(RUN_STATUS_FAILED)),
        aliases,
        zone == null ? null : ZoneId.of(zone),
        configuration.get(EVENT_MAX_CLOCK_SKEW).toMillis(),
        configuration.get(LOG_LEVEL_SCALE));
  }

  /**
   * Whether an end is further before its start than clocks may differ, so that the event cannot be
   * used. Both are in microseconds since 1970.
   */
  public boolean isBeyondClockSkew(long startedAt, long endedAt) {
    return startedAt - endedAt > maxClockSkewMillis * MICROS_PER_MILLI;
  }

  /** The names of a field, and then its aliases. */
  List<String> withAliases(List<String> names) {
    List<String> added = aliases.get(names.get(0));
    if (added == null) {
      return names;
    }
    Set<String> all = new LinkedHashSet<>(names);
    all.addAll(added);
    return List.copyOf(all);
  }

  private static List<String> problemsOf(Map<String, List<String>> aliases) {
    List<List<? extends EventField>> objects =
        List.of(
            Arrays.asList(RunFields.Field.values()),
            Arrays.asList(RunFields.ErrorField.values()),
            Arrays.asList(RunFields.ResourceField.values()),
            Arrays.asList(LogEntryReader.Field.values()));
    Set<String> known = new TreeSet<>();
    objects.forEach(fields -> fields.forEach(field -> known.add(field.names().get(0))));
    List<String> problems = new ArrayList<>();
    aliases.forEach(
        (name, added) -> {
          String key = JobConfiguration.ALIASES + name;
          if (!known.contains(name)) {
            problems.add("%s names no field of an event; these are %s".formatted(key, known));
          }
          for (String alias : new LinkedHashSet<>(added)) {
            if (objects.stream().anyMatch(fields -> isTaken(alias, name, fields, aliases))) {
              problems.add("%s names '%s', which is another field".formatted(key, alias));
            }
          }
        });
    return problems;
  }

  /** Whether that alias of a field is a name of another field of the same object. */
  private static boolean isTaken(
      String alias,
      String name,
      List<? extends EventField> fields,
      Map<String, List<String>> aliases) {
    if (fields.stream().noneMatch(field -> field.names().get(0).equals(name))) {
      return false;
    }
    Set<String> others = new HashSet<>();
    for (EventField field : fields) {
      if (!field.names().get(0).equals(name)) {
        others.addAll(field.names());
        others.addAll(aliases.getOrDefault(field.names().get(0), List.of()));
      }
    }
    return others.contains(alias);
  }
}
