package dev.scriptanalytics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.kafka.RecordSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

class ScriptAnalyticsTopologyTest {
  // A savepoint finds its state by these: to change one is to lose what it holds.
  private static final List<String> UIDS =
      List.of(
          "aggregate-facts",
          "decode-logs",
          "decode-runs",
          "group-shapes",
          "keep-cells",
          "publish-settled",
          "read-logs",
          "read-runs",
          "track-runs",
          "write-dead-letters",
          "write-hour-rollups",
          "write-logs",
          "write-progress",
          "write-rollups",
          "write-runs",
          "write-shapes");

  @Test
  void keepsTheUidOfEachOperator() {
    assertThat(
            topology().getStreamNodes().stream()
                .map(StreamNode::getTransformationUID)
                .distinct()
                .sorted())
        .containsExactlyElementsOf(UIDS);
  }

  @Test
  void leavesNoTypeToKryo() {
    assertThat(topology().getStreamNodes())
        .allSatisfy(
            node -> {
              assertThat(serializersOf(node)).noneMatch(KryoSerializer.class::isInstance);
            });
  }

  @Test
  void shufflesByRunByCellAndByScriptAndChainsTheRest() {
    assertThat(
            topology().getStreamNodes().stream()
                .filter(node -> node.getStatePartitioners().length > 0)
                .map(StreamNode::getTransformationUID))
        .containsExactlyInAnyOrder("track-runs", "keep-cells", "group-shapes");
  }

  private static List<TypeSerializer<?>> serializersOf(StreamNode node) {
    List<TypeSerializer<?>> serializers = new ArrayList<>();
    if (node.getTypeSerializerOut() != null) {
      serializers.add(node.getTypeSerializerOut());
    }
    if (node.getStateKeySerializer() != null) {
      serializers.add(node.getStateKeySerializer());
    }
    serializers.addAll(List.of(node.getTypeSerializersIn()));
    return serializers;
  }

  private static StreamGraph topology() {
    Configuration flink = new Configuration();
    flink.set(PipelineOptions.GENERIC_TYPES, false);
    flink.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    ScriptAnalyticsTopology.define(
        env,
        JobConfiguration.fromArgs(
            new String[] {
              "--kafka.bootstrap.servers", "127.0.0.1:9", "--clickhouse.url", "http://127.0.0.1:9"
            },
            Map.of()),
        new ScriptAnalyticsTopology.Sources(
            source("script-runs"), Optional.of(source("script-logs"))),
        new ScriptAnalyticsTopology.Sinks(
            new DiscardingSink<>(),
            new DiscardingSink<>(),
            new DiscardingSink<>(),
            new DiscardingSink<>(),
            new DiscardingSink<>(),
            new DiscardingSink<>(),
            new DiscardingSink<>()),
        () -> 0);
    return env.getStreamGraph();
  }

  private static RecordSource source(String topic) {
    Properties kafka = new Properties();
    kafka.setProperty("bootstrap.servers", "127.0.0.1:9");
    kafka.setProperty("group.id", "none");
    return new RecordSource(
        List.of(topic), kafka, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofMinutes(5));
  }
}
