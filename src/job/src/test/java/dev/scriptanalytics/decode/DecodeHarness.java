package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.kafka.KafkaRecordSerializer;
import dev.scriptanalytics.redact.Redactor;
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
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** An operator that decodes, by itself, with its outputs and metrics. */
final class DecodeHarness implements AutoCloseable {
  private final OneInputStreamOperatorTestHarness<KafkaRecord, ScriptEvent> harness;
  private final Map<String, Counter> rejected = new HashMap<>();
  private Counter redactionFailures;

  DecodeHarness(ProcessFunction<KafkaRecord, ScriptEvent> operator) throws Exception {
    TestingMetricRegistry metrics =
        TestingMetricRegistry.builder()
            .setRegisterConsumer(
                (metric, name, group) -> {
                  if (name.equals(DeadLetters.REJECTED_RECORDS)) {
                    rejected.put(group.getAllVariables().get("<reason>"), (Counter) metric);
                  }
                  if (name.equals(Redactor.FAILURES)) {
                    redactionFailures = (Counter) metric;
                  }
                })
            .build();
    harness =
        new OneInputStreamOperatorTestHarness<>(
            new ProcessOperator<>(operator),
            KafkaRecordSerializer.TYPE.createSerializer(new SerializerConfigImpl()),
            new MockEnvironmentBuilder()
                .setMetricGroup(
                    TaskManagerMetricGroup.createTaskManagerMetricGroup(
                            metrics, "localhost", ResourceID.generate())
                        .addJob(new JobID(), "job")
                        .addTask(ExecutionAttemptID.randomId(), "task"))
                .build());
    harness.setup(ScriptEventSerializer.TYPE.createSerializer(new SerializerConfigImpl()));
    harness.open();
  }

  void process(KafkaRecord record) throws Exception {
    harness.processElement(new StreamRecord<>(record));
  }

  List<ScriptEvent> events() {
    return harness.extractOutputValues();
  }

  List<DeadLetter> letters() {
    List<DeadLetter> letters = new ArrayList<>();
    var output = harness.getSideOutput(DecodedRecords.DEAD_LETTERS);
    if (output != null) {
      output.forEach(record -> letters.add(record.getValue()));
    }
    return letters;
  }

  /** The counts of rejected records and items, by reason. */
  Map<String, Long> rejected() {
    Map<String, Long> counts = new HashMap<>();
    rejected.forEach((reason, counter) -> counts.put(reason, counter.getCount()));
    return counts;
  }

  long redactionFailures() {
    return redactionFailures.getCount();
  }

  @Override
  public void close() {
    try {
      harness.close();
    } catch (Exception e) {
      throw new AssertionError("The operator does not close", e);
    }
  }
}
