package dev.scriptanalytics.track;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.pattern.NewShape;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.row.RowReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/** The output of a tracker, in readable form. */
final class Tracked implements Output<StreamRecord<Fact>> {
  /** A copy of a fact, since the tracker reuses its object. */
  record GivenFact(
      Fact.Kind kind,
      Script script,
      int deploymentVersion,
      Instant minute,
      Instant arrival,
      double responseTime) {

    /** The one or two facts that an emitted one stands for. */
    static List<GivenFact> of(Fact fact) {
      return switch (fact.kind) {
        case SEEN_SUCCEEDED -> List.of(of(Fact.Kind.SEEN, fact), of(Fact.Kind.SUCCEEDED, fact));
        case SEEN_FAILED -> List.of(of(Fact.Kind.SEEN, fact), of(Fact.Kind.FAILED, fact));
        default -> List.of(of(fact.kind, fact));
      };
    }

    private static GivenFact of(Fact.Kind kind, Fact fact) {
      return new GivenFact(
          kind,
          fact.script,
          fact.deploymentVersion,
          Instant.ofEpochSecond(fact.minute),
          Instant.ofEpochSecond(fact.arrivalHour),
          kind == Fact.Kind.SUCCEEDED ? fact.responseTime : Double.NaN);
    }

    Cell cell() {
      return new Cell(script.toString(), deploymentVersion, minute, arrival);
    }
  }

  /** The key by which facts are summed. */
  record Cell(String script, int deploymentVersion, Instant minute, Instant arrival) {}

  /** The key of a row of {@code runs}. */
  record RowKey(Object account, Object script, Object executedOn, Object runId) {
    static RowKey of(Map<String, Object> row) {
      return new RowKey(
          row.get("account"), row.get("script"), row.get("executed_on"), row.get("run_id"));
    }
  }

  final List<Map<String, Object>> runRows = new ArrayList<>();
  final List<Map<String, Object>> logRows = new ArrayList<>();
  final List<NewShape> newShapes = new ArrayList<>();
  final List<GivenFact> facts = new ArrayList<>();
  final List<DeadLetter> deadLetters = new ArrayList<>();

  /** For each fact, the last watermark before it. */
  final List<Long> watermarksBeforeFacts = new ArrayList<>();

  private long watermark = Long.MIN_VALUE;

  /** The rows that ClickHouse would keep: for each key, one of the highest version. */
  Map<RowKey, Map<String, Object>> finalRunRows() {
    return finalRows(runRows);
  }

  static Map<RowKey, Map<String, Object>> finalRows(List<Map<String, Object>> rows) {
    Map<RowKey, Map<String, Object>> kept = new HashMap<>();
    for (Map<String, Object> row : rows) {
      kept.merge(
          RowKey.of(row),
          row,
          (before, after) ->
              (int) after.get("version") >= (int) before.get("version") ? after : before);
    }
    return kept;
  }

  /** The rows of {@code logs} that ClickHouse would keep. */
  Map<Object, Map<String, Object>> finalLogRows() {
    Map<Object, Map<String, Object>> kept = new HashMap<>();
    for (Map<String, Object> row : logRows) {
      kept.merge(
          List.of(row.get("account"), row.get("script"), row.get("timestamp"), row.get("log_id")),
          row,
          (before, after) ->
              (int) after.get("version") >= (int) before.get("version") ? after : before);
    }
    return kept;
  }

  /** The rows of {@code logs} that a query would return. */
  List<Map<String, Object>> liveLogRows() {
    return finalLogRows().values().stream().filter(row -> row.get("is_deleted").equals(0)).toList();
  }

  /** The same by key and without the version, which depends on the order of events. */
  Map<Object, Map<String, Object>> liveLogRowsByKey() {
    Map<Object, Map<String, Object>> rows = finalLogRows();
    rows.values().removeIf(row -> row.get("is_deleted").equals(1));
    rows.replaceAll(
        (key, row) -> {
          Map<String, Object> copy = new HashMap<>(row);
          copy.remove("version");
          return copy;
        });
    return rows;
  }

  /** The facts of each cell as sorted texts. */
  Map<String, List<String>> factsByCell() {
    return factsByCell(facts);
  }

  static Map<String, List<String>> factsByCell(List<GivenFact> facts) {
    Map<String, List<String>> cells = new TreeMap<>();
    for (GivenFact fact : facts) {
      cells
          .computeIfAbsent(fact.cell().toString(), cell -> new ArrayList<>())
          .add(fact.kind() + " " + fact.responseTime());
    }
    cells.values().forEach(ofCell -> ofCell.sort(null));
    return cells;
  }

  List<Fact.Kind> factKinds() {
    return facts.stream().map(GivenFact::kind).toList();
  }

  List<DeadLetterReason> deadLetterReasons() {
    return deadLetters.stream().map(DeadLetter::reason).toList();
  }

  /** The offset and reason of each dead letter. */
  Set<String> deadLettersByOffset() {
    Set<String> letters = new TreeSet<>();
    for (DeadLetter letter : deadLetters) {
      letters.add(letter.offset() + " " + letter.reason());
    }
    return letters;
  }

  List<Object> runValues(String column) {
    return runRows.stream().map(row -> row.get(column)).toList();
  }

  Map<String, Object> lastRun() {
    return runRows.get(runRows.size() - 1);
  }

  void clear() {
    runRows.clear();
    logRows.clear();
    facts.clear();
    deadLetters.clear();
    watermarksBeforeFacts.clear();
  }

  @Override
  public void collect(StreamRecord<Fact> record) {
    for (GivenFact fact : GivenFact.of(record.getValue())) {
      facts.add(fact);
      watermarksBeforeFacts.add(watermark);
    }
  }

  @Override
  public <X> void collect(OutputTag<X> tag, StreamRecord<X> record) {
    if (tag.equals(TrackRuns.RUN_ROWS)) {
      runRows.add(RowReader.runRow((byte[]) record.getValue()));
    } else if (tag.equals(TrackRuns.LOG_ROWS)) {
      logRows.add(RowReader.logRow((byte[]) record.getValue()));
    } else if (tag.equals(TrackRuns.NEW_SHAPES)) {
      newShapes.add((NewShape) record.getValue());
    } else if (tag.equals(TrackRuns.DEAD_LETTERS)) {
      deadLetters.add((DeadLetter) record.getValue());
    } else {
      throw new IllegalArgumentException("An unknown output: " + tag);
    }
  }

  @Override
  public void emitWatermark(Watermark mark) {
    watermark = mark.getTimestamp();
  }

  @Override
  public void emitWatermarkStatus(WatermarkStatus status) {}

  @Override
  public void emitLatencyMarker(LatencyMarker marker) {}

  @Override
  public void emitRecordAttributes(RecordAttributes attributes) {}

  @Override
  public void emitWatermark(WatermarkEvent watermark) {}

  @Override
  public void close() {}
}
