package dev.scriptanalytics.sink;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;

/**
 * Flink's own operator around a sink's writer, as in a task: with its mailbox, which is handled by
 * the test's thread, and a processing time that the test sets.
 */
final class WriterHarness<T> implements AutoCloseable {
  private final InterceptingOperatorMetricGroup metrics = new InterceptingOperatorMetricGroup();
  private final OneInputStreamOperatorTestHarness<T, ?> operator;
  private long checkpoint;

  WriterHarness(Sink<T> sink, TypeInformation<T> type) throws Exception {
    InterceptingTaskMetricGroup task =
        new InterceptingTaskMetricGroup() {
          @Override
          public InternalOperatorMetricGroup getOrAddOperator(
              OperatorID id, String name, Map<String, String> variables) {
            return metrics;
          }
        };
    operator =
        new OneInputStreamOperatorTestHarness<>(
            // Serialized and read, as it arrives on the TaskManager.
            new SinkWriterOperatorFactory<>(InstantiationUtil.clone(sink)),
            type.createSerializer(new SerializerConfigImpl()),
            new MockEnvironmentBuilder()
                .setExecutionConfig(new ExecutionConfig().enableObjectReuse())
                .setMetricGroup(task)
                .build());
    operator.open();
  }

  void write(T row) throws Exception {
    operator.processElement(row, 0);
  }

  /** Does what Flink does before it forwards a checkpoint's barrier. */
  void checkpoint() throws Exception {
    operator.prepareSnapshotPreBarrier(++checkpoint);
    operator.snapshot(checkpoint, 0);
  }

  void endInput() throws Exception {
    operator.endInput();
  }

  void passTime(long millis) throws Exception {
    operator.setProcessingTime(operator.getProcessingTime() + millis);
  }

  Counter counter(String name) {
    return (Counter) requireNonNull(metrics.get(name));
  }

  Gauge<?> gauge(String name) {
    return (Gauge<?>) requireNonNull(metrics.get(name));
  }

  Histogram histogram(String name) {
    return (Histogram) requireNonNull(metrics.get(name));
  }

  @Override
  public void close() {
    try {
      operator.close();
    } catch (Exception e) {
      throw new AssertionError("does not close", e);
    }
  }
}
