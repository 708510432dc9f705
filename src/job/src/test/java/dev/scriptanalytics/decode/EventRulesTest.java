package dev.scriptanalytics.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.scriptanalytics.configuration.ConfigurationException;
import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.event.LevelScale;
import dev.scriptanalytics.event.RunStatusWords.Meaning;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventRulesTest {
  /** The rules of a job with these options. */
  static EventRules rules(String... options) {
    return EventRules.of(
        JobConfiguration.fromArgs(
            Stream.concat(
                    Stream.of(
                        "--kafka.bootstrap.servers=localhost:9092",
                        "--clickhouse.url=http://localhost:8123"),
                    Stream.of(options))
                .toArray(String[]::new),
            Map.of()));
  }

  @Test
  void areTheDefaultOnesWithoutOptions() {
    EventRules rules = rules();

    assertThat(rules.statusWords().meanings())
        .isEqualTo(EventRules.DEFAULT.statusWords().meanings())
        .containsEntry("timedout", Meaning.FAILED);
    assertThat(rules.aliases()).isEmpty();
    assertThat(rules.defaultZone()).isNull();
    assertThat(rules.maxClockSkewMillis()).isEqualTo(60_000);
  }

  @Test
  void takeWhatTheOptionsSay() {
    EventRules rules =
        rules(
            "--event.alias.run_id=id, execution",
            "--event.default-zone=Europe/Berlin",
            "--event.max-clock-skew=5 s");

    assertThat(rules.aliases()).isEqualTo(Map.of("run_id", List.of("id", "execution")));
    assertThat(rules.defaultZone()).isEqualTo(ZoneId.of("Europe/Berlin"));
    assertThat(rules.maxClockSkewMillis()).isEqualTo(5_000);
  }

  @Test
  void travelToTheOperators() throws Exception {
    EventRules rules = rules("--event.alias.run_id=id", "--event.default-zone=+02:00");

    EventRules copy =
        InstantiationUtil.deserializeObject(
            InstantiationUtil.serializeObject(rules), getClass().getClassLoader());

    assertThat(copy.aliases()).isEqualTo(rules.aliases());
    assertThat(copy.defaultZone()).isEqualTo(rules.defaultZone());
    assertThat(copy.statusWords().meanings()).isEqualTo(rules.statusWords().meanings());
  }

  @Test
  void takeTheNumbersOfLevelsForPinosUnlessAnOptionNamesAnotherScale() {
    assertThat(rules().levelScale()).isEqualTo(LevelScale.PINO);
    assertThat(rules("--log.level.scale=python").levelScale()).isEqualTo(LevelScale.PYTHON);
    assertThat(rules("--log.level.scale=otel").levelScale()).isEqualTo(LevelScale.OTEL);
    assertThat(rules("--log.level.scale=syslog").levelScale()).isEqualTo(LevelScale.SYSLOG);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--event.alias.runid=x | event.alias.runid names no field of an event",
        "--event.alias.run_id=script | event.alias.run_id names 'script', which is another field",
        "--event.alias.run_id=endpointId | names 'endpointId', which is another field",
        "--event.alias.duration_ms=duration | names 'duration', which is another field",
        "--event.default-zone=Berlin | event.default-zone is 'Berlin'; it must be an IANA zone",
        "--run.status.failed=failed,Done | run.status.success and run.status.failed both name the",
        "--run.status.failed=- | run.status.failed is '-'; it must be words",
        "--event.alias.run_id=a,,b | event.alias.run_id is 'a,,b'; it must be names"
      })
  void refuseWhatCannotBeMeant(String option, String problem) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> rules(option))
        .withMessageContaining(problem);
  }

  @Test
  void refuseOneAliasForTwoFieldsOfAnObject() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> rules("--event.alias.run_id=id", "--event.alias.script=id"))
        .withMessageContaining("event.alias.run_id names 'id', which is another field")
        .withMessageContaining("event.alias.script names 'id', which is another field");
  }

  @Test
  void letFieldsOfDifferentObjectsShareAnAlias() {
    assertThat(rules("--event.alias.code=id", "--event.alias.run_id=id").aliases()).hasSize(2);
  }
}
