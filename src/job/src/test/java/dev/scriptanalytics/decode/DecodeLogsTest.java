package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.kafka.KafkaRecordSerializer;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.row.RowReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecodeLogsTest {
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final String GOOD = "{\"timestamp\":1747202847,\"message\":\"m\"}";

  private final Map<String, Counter> rejected = new HashMap<>();
  private OneInputStreamOperatorTestHarness<KafkaRecord, ScriptEvent> harness;

  @BeforeEach
  void start() throws Exception {
    TestingMetricRegistry metrics =
        TestingMetricRegistry.builder()
            .setRegisterConsumer(
                (metric, name, group) -> {
                  if (name.equals(DeadLetters.REJECTED_RECORDS)) {
                    rejected.put(group.getAllVariables().get("<reason>"), (Counter) metric);
                  }
                })
            .build();
    MockEnvironment environment =
        new MockEnvironmentBuilder()
            .setMetricGroup(
                TaskManagerMetricGroup.createTaskManagerMetricGroup(
                        metrics, "localhost", ResourceID.generate())
                    .addJob(new JobID(), "job")
                    .addTask(ExecutionAttemptID.randomId(), "task"))
            .build();
    DecodeLogs decode =
        new DecodeLogs(
            Map.of("script-logs", DecodedLogs.JSON, "more-logs", DecodedLogs.JSON),
            DecodedLogs.limits(Duration.ofDays(30)),
            DecodedLogs.HASH_KEY,
            Redaction.NONE);
    harness =
        new OneInputStreamOperatorTestHarness<>(
            new ProcessOperator<>(decode),
            KafkaRecordSerializer.TYPE.createSerializer(new SerializerConfigImpl()),
            environment);
    harness.setup(ScriptEventSerializer.TYPE.createSerializer(new SerializerConfigImpl()));
    harness.open();
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
  }

  @Test
  void decodesTheRecordsOfEveryTopic() throws Exception {
    process("script-logs", GOOD);
    process("more-logs", GOOD.replace("\"m\"", "\"n\""));

    assertThat(harness.extractOutputValues())
        .extracting(event -> RowReader.logRow(event.row).get("log_message"))
        .containsExactly("m", "n");
    assertThat(letters()).isEmpty();
    assertThat(rejected).isEmpty();
  }

  @Test
  void makesADeadLetterOfARecordAndGoesOn() throws Exception {
    process("script-logs", "{\"message\":\"ä\"}");
    process("script-logs", GOOD);

    assertThat(harness.extractOutputValues()).hasSize(1);
    assertThat(letters()).hasSize(1);
    assertThat(letters().get(0))
        .usingRecursiveComparison()
        .isEqualTo(
            new DeadLetter(
                "script-logs",
                3,
                42,
                0,
                ARRIVAL.toEpochMilli(),
                DeadLetterReason.MISSING_FIELD,
                "timestamp is missing",
                "{\"message\":\"ä\"}".getBytes(UTF_8)));
  }

  @Test
  void makesADeadLetterOfEachItemThatCannotBeUsed() throws Exception {
    process("script-logs", "{\"logs\":[7," + GOOD + ",{\"timestamp\":1747202847},true]}");

    assertThat(harness.extractOutputValues()).hasSize(1);
    assertThat(letters()).extracting(DeadLetter::item).containsExactly(0, 2, 3);
    assertThat(letters()).extracting(DeadLetter::offset).containsOnly(42L);
    assertThat(letters())
        .extracting(letter -> new String(letter.bytes(), UTF_8))
        .containsExactly("7", "{\"timestamp\":1747202847}", "true");
    assertThat(counts()).isEqualTo(Map.of("wrong_type", 2L, "missing_field", 1L));
  }

  @Test
  void makesNoMoreThanAThousandDeadLettersOfARecordAndCountsAll() throws Exception {
    process("script-logs", "{\"logs\":[" + "7,".repeat(999) + "7]}");
    assertThat(letters()).hasSize(1000).noneMatch(letter -> letter.detail().contains("before"));

    process("script-logs", "{\"logs\":[" + "7,".repeat(2499) + "7]}");
    assertThat(letters()).hasSize(2000);
    assertThat(letters().get(1999).item()).isEqualTo(2499);
    assertThat(letters().get(1999).detail()).contains("before it 1500 other items");
    assertThat(counts()).isEqualTo(Map.of("wrong_type", 3500L));
  }

  @Test
  void makesADeadLetterOfWhatATopicBringsThatIsNoLongerConfigured() throws Exception {
    process("left-out", GOOD);

    assertThat(letters())
        .extracting(DeadLetter::detail)
        .containsExactly("The topic is none of those that carry logs any more: left-out");
    assertThat(counts()).isEqualTo(Map.of("bad_value", 1L));
  }

  private void process(String topic, String json) throws Exception {
    harness.processElement(
        new StreamRecord<>(
            new KafkaRecord(topic, 3, 42, ARRIVAL.toEpochMilli(), json.getBytes(UTF_8))));
  }

  private Map<String, Long> counts() {
    Map<String, Long> counts = new HashMap<>();
    rejected.forEach((reason, counter) -> counts.put(reason, counter.getCount()));
    return counts;
  }

  private List<DeadLetter> letters() {
    List<DeadLetter> letters = new ArrayList<>();
    var output = harness.getSideOutput(DecodeLogs.DEAD_LETTERS);
    if (output != null) {
      output.forEach(record -> letters.add(record.getValue()));
    }
    return letters;
  }
}
