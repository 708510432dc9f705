package dev.scriptanalytics.rollup;

import static dev.scriptanalytics.rollup.SampleFacts.KEY;
import static dev.scriptanalytics.rollup.SampleFacts.batch;
import static dev.scriptanalytics.rollup.SampleFacts.fact;
import static dev.scriptanalytics.rollup.SampleFacts.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.Script;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RollupTypesTest {
  private static final String GOLDEN_KEY =
      "0000000461636d65000000085162616c616e63650000000300000000000000006824330400000000"
          + "68243160";
  private static final String GOLDEN_FACT =
      "030000000461636d65000000085162616c616e6365000000030000000000000000682433040000000068"
          + "2431604061480000000000";
  private static final String GOLDEN_BATCH =
      "0000000461636d65000000085162616c616e6365000000030000000000000000682433040000000068"
          + "2431600000000000000005ffffffffffffffff0000000000000003000000000000000100000002"
          + "40614800000000003fe0000000000000";
  private static final String GOLDEN_ROW =
      "0000000461636d65000000085162616c616e63650000000068243304000000030000000000000000"
          + "68243160000000006824330400000000682433040000000000000009ffffffffffffffff0000000000000007000000000000000240592000"
          + "000000003ff00000000000004044000000000000000000024465e00000000000000000014451"
          + "a0000000000000000001";

  @Test
  void readsAndWritesTheKeysOfVersion1() throws IOException {
    assertThat(hex(CellKeySerializer.TYPE, KEY)).isEqualTo(GOLDEN_KEY);
    assertThat(read(CellKeySerializer.TYPE, GOLDEN_KEY)).isEqualTo(KEY).hasSameHashCodeAs(KEY);
  }

  @Test
  void keepsTheHashOfAKeyBecauseItDecidesWhereTheStateOfACellIs() {
    assertThat(KEY.hashCode()).isEqualTo(2_100_446_742);
    assertThat(KEY.withDeploymentId("id")).hasSameHashCodeAs(KEY);
    assertThat(new CellKey(Script.of("", ""), 0, "", 0, 0).hashCode()).isEqualTo(-344_267_566);
  }

  @Test
  void readsAndWritesTheFactsOfVersion1() throws IOException {
    assertThat(hex(FactSerializer.TYPE, succeeded(138.25))).isEqualTo(GOLDEN_FACT);

    Fact fact = read(FactSerializer.TYPE, GOLDEN_FACT);

    assertThat(fact).usingRecursiveComparison().isEqualTo(succeeded(138.25));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void readsEveryKindOfFactBack(Fact.Kind kind) throws IOException {
    assertThat(read(FactSerializer.TYPE, hex(FactSerializer.TYPE, fact(kind))).kind)
        .isEqualTo(kind);
  }

  @Test
  void readsAndWritesTheBatchesOfVersion1() throws IOException {
    FactBatch batch = batch(KEY, 138.25, 0.5, Double.NaN);
    batch.count(Fact.Kind.UNSEEN, Double.NaN);
    batch.count(Fact.Kind.FAILED, Double.NaN);
    assertThat(hex(FactBatchSerializer.TYPE, batch)).isEqualTo(GOLDEN_BATCH);

    FactBatch read = read(FactBatchSerializer.TYPE, GOLDEN_BATCH);

    assertThat(read.key()).isEqualTo(KEY);
    assertThat(read.facts()).isEqualTo(5);
    assertThat(read.seen()).isEqualTo(-1);
    assertThat(read.succeeded()).isEqualTo(3);
    assertThat(read.failed()).isEqualTo(1);
    assertThat(read.timed()).isEqualTo(2);
    assertThat(read.responseTime(0)).isEqualTo(138.25);
    assertThat(read.responseTime(1)).isEqualTo(0.5);
  }

  @Test
  void readsAndWritesTheRowsOfVersion1() throws IOException {
    RollupRow row = new Cell(9, -1, 7, 2, 100.5, 1, 40, digest(2)).row(KEY);
    assertThat(hex(RollupRowSerializer.TYPE, row)).isEqualTo(GOLDEN_ROW);

    assertThat(read(RollupRowSerializer.TYPE, GOLDEN_ROW))
        .usingRecursiveComparison()
        .isEqualTo(row);
  }

  @Test
  void readsAndWritesTheCellsOfVersion1() throws IOException {
    String golden = resource("cell-1.hex");

    Cell cell = read(CellSerializer.TYPE, golden);

    assertThat(hex(CellSerializer.TYPE, cell)).isEqualTo(golden);
    assertThat(cell.facts()).isEqualTo(700);
    assertThat(cell.seen()).isEqualTo(-3);
    assertThat(cell.succeeded()).isEqualTo(600);
    assertThat(cell.failed()).isEqualTo(103);
    assertThat(cell.sum()).isEqualTo(300_600.25);
    assertThat(cell.min()).isEqualTo(0.5);
    assertThat(cell.max()).isEqualTo(1_000);
    assertThat(Arrays.stream(cell.digest().centroids().weights()).sum()).isEqualTo(600);
  }

  @Test
  void foldsADigestAsVersion1Did() throws IOException {
    Cell cell = new Cell(700, -3, 600, 103, 300_600.25, 0.5, 1_000, digest(600));

    assertThat(hex(CellSerializer.TYPE, cell)).isEqualTo(resource("cell-1.hex"));
  }

  @Test
  void changesACellApartFromItsCopy() throws IOException {
    TypeSerializer<Cell> serializer =
        CellSerializer.TYPE.createSerializer(new SerializerConfigImpl());
    Cell cell = new Cell();
    cell.add(batch(KEY, 1, 2));
    String before = hex(CellSerializer.TYPE, cell);

    serializer.copy(cell).add(batch(KEY, 3));

    assertThat(hex(CellSerializer.TYPE, cell)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void restoresEverySerializerFromACheckpoint(TypeInformation<T> type) throws IOException {
    TypeSerializer<T> serializer = type.createSerializer(new SerializerConfigImpl());
    DataOutputSerializer out = new DataOutputSerializer(64);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());

    TypeSerializerSnapshot<T> restored =
        TypeSerializerSnapshot.readVersionedSnapshot(
            new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());

    assertThat(restored.restoreSerializer()).isEqualTo(serializer);
    assertThat(
            serializer
                .snapshotConfiguration()
                .resolveSchemaCompatibility(restored)
                .isCompatibleAsIs())
        .isTrue();
  }

  /** A checkpoint names the snapshot's class, and the version of its form: neither may change. */
  @Test
  void findsTheSerializersOfStateByTheNamesThatCheckpointsHave() throws IOException {
    for (Map.Entry<String, TypeInformation<?>> named :
        Map.<String, TypeInformation<?>>of(
                "dev.scriptanalytics.rollup.CellSerializer$Snapshot", CellSerializer.TYPE,
                "dev.scriptanalytics.rollup.CellKeySerializer$Snapshot", CellKeySerializer.TYPE)
            .entrySet()) {
      DataOutputSerializer checkpoint = new DataOutputSerializer(64);
      checkpoint.writeUTF(named.getKey());
      checkpoint.writeInt(3);

      TypeSerializerSnapshot<?> found =
          TypeSerializerSnapshot.readVersionedSnapshot(
              new DataInputDeserializer(checkpoint.getCopyOfBuffer()), getClass().getClassLoader());

      assertThat(found.restoreSerializer())
          .isEqualTo(named.getValue().createSerializer(new SerializerConfigImpl()));
    }
  }

  static Stream<Fact.Kind> kinds() {
    return Arrays.stream(Fact.Kind.values());
  }

  static List<TypeInformation<?>> types() {
    return List.of(
        FactSerializer.TYPE,
        FactBatchSerializer.TYPE,
        CellKeySerializer.TYPE,
        CellSerializer.TYPE,
        RollupRowSerializer.TYPE);
  }

  /** A digest of so many different values. */
  private static Digest digest(int count) {
    Digest digest = new Digest();
    for (int i = 1; i <= count; i++) {
      digest.add(i * 7919 % 1000 + 0.5);
    }
    return digest;
  }

  private static <T> String hex(TypeInformation<T> type, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    type.createSerializer(new SerializerConfigImpl()).serialize(value, out);
    return HexFormat.of().formatHex(out.getCopyOfBuffer());
  }

  private static <T> T read(TypeInformation<T> type, String hex) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(HexFormat.of().parseHex(hex));
    T value = type.createSerializer(new SerializerConfigImpl()).deserialize(in);
    assertThat(in.available()).isZero();
    return value;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = RollupTypesTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
    }
  }
}
