package dev.scriptanalytics.rollup;

import static dev.scriptanalytics.rollup.SampleFacts.fact;
import static dev.scriptanalytics.rollup.SampleFacts.keyOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;

/** Both operators in a Flink cluster of their own, with Kryo and generated uids forbidden. */
class RollupPipelineTest {
  private static final int FACTS = 20_000;
  private static final int SCRIPTS = 7;
  private static final Queue<RollupRow> WRITTEN = new ConcurrentLinkedQueue<>();

  @Test
  void countsEveryFactOverARealShuffleWithoutKryo() throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    RollupSettings settings =
        new RollupSettings(
            Duration.ofMillis(100),
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            1000);
    DataStream<Fact> facts =
        environment
            .fromSource(
                new DataGeneratorSource<>(RollupPipelineTest::factOf, FACTS, FactSerializer.TYPE),
                WatermarkStrategy.noWatermarks(),
                "facts")
            .uid("facts");
    KeepCells.on(AggregateFacts.on(facts, settings), settings, () -> 0)
        .map(RollupPipelineTest::write)
        .returns(Types.BOOLEAN)
        .uid("collect")
        .sinkTo(new DiscardingSink<>())
        .uid("discard");

    environment.execute();

    Map<CellKey, RollupRow> table = new HashMap<>();
    for (RollupRow row : WRITTEN) {
      table.merge(
          new CellKey(
              row.script(),
              row.deploymentVersion(),
              row.deploymentId(),
              row.start(),
              row.arrival()),
          row,
          (old, next) -> next.counts().facts() > old.counts().facts() ? next : old);
    }
    List<Long> expected = new ArrayList<>();
    List<Long> counted = new ArrayList<>();
    for (int script = 0; script < SCRIPTS; script++) {
      expected.add((long) (FACTS / SCRIPTS + (script < FACTS % SCRIPTS ? 1 : 0)));
      counted.add(table.get(keyOf("Script" + script)).counts().succeeded());
    }
    assertThat(counted).isEqualTo(expected);
  }

  private static boolean write(RollupRow row) {
    return WRITTEN.add(row);
  }

  private static Fact factOf(long index) {
    return fact(Fact.Kind.SUCCEEDED, keyOf("Script" + index % SCRIPTS), (double) index);
  }
}
