package dev.scriptanalytics.pattern;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.event.ScriptSerializer;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.ShapeRow;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Gives each shape of a script its pattern, and writes both as a row of {@code log_shapes}.
 *
 * <p>Entries are counted in ClickHouse by the shape that each of them stores. So a pattern is a
 * label: a shape that has none, or gets another one after its script was forgotten, changes no
 * count. A shape that comes again is written again, which renews its row.
 *
 * <p><b>Owned state:</b> the {@link ScriptPatterns} of each script, in Flink; the {@link
 * ScriptsBudget} over those of this instance.
 */
public final class GroupShapes extends AbstractStreamOperator<byte[]>
    implements OneInputStreamOperator<NewShape, byte[]>, ScriptPatterns.Rows {
  private static final long serialVersionUID = 1;

  private static final String NAME = "Group shapes";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  private static final String UID = "group-shapes";

  /** How many scripts have patterns in state. */
  public static final String SCRIPTS = "scriptsWithPatterns";

  /** How many bytes of heap they take, estimated. */
  public static final String BYTES = "patternBytes";

  /** Counts scripts whose patterns were forgotten for want of room. */
  public static final String FORGOTTEN = "forgottenPatternScripts";

  /** Counts shapes that got no pattern, since their script had too many new ones that day. */
  public static final String UNGROUPED = "ungroupedShapes";

  /** The patterns of a script. */
  static final ValueStateDescriptor<ScriptPatterns> PATTERNS =
      new ValueStateDescriptor<>("patterns", ScriptPatternsSerializer.TYPE);

  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

  private final long maxBytes;

  private transient ValueState<ScriptPatterns> patterns;
  private transient ScriptsBudget budget;
  private transient Script script;
  private transient RowBinaryBuffer buffer;
  private transient StreamRecord<byte[]> record;
  private transient Counter forgotten;
  private transient Counter ungrouped;

  GroupShapes(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Groups these shapes by script, and gives rows of {@code log_shapes}.
   *
   * @param maxBytes what the patterns of all scripts may take in one instance, on the heap
   */
  public static SingleOutputStreamOperator<byte[]> on(DataStream<NewShape> shapes, long maxBytes) {
    return shapes
        .keyBy(NewShape::script, ScriptSerializer.TYPE)
        .transform(
            NAME, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO, new GroupShapes(maxBytes))
        .uid(UID);
  }

  @Override
  public void open() throws Exception {
    super.open();
    patterns = getPartitionedState(PATTERNS);
    buffer = new RowBinaryBuffer();
    record = new StreamRecord<>(null);
    forgotten = getMetricGroup().counter(FORGOTTEN);
    ungrouped = getMetricGroup().counter(UNGROUPED);
    budget = new ScriptsBudget(maxBytes);
    for (Script restored : restoredScripts()) {
      setCurrentKey(restored);
      budget.used(restored, patterns.value().bytes());
    }
    budget.evict(this::forget);
    getMetricGroup().gauge(SCRIPTS, (Gauge<Integer>) budget::size);
    getMetricGroup().gauge(BYTES, (Gauge<Long>) budget::bytes);
  }

  private List<Script> restoredScripts() {
    try (Stream<Script> keys =
        this.<Script>getKeyedStateBackend().getKeys(PATTERNS.getName(), VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }

  @Override
  public void processElement(StreamRecord<NewShape> element) throws Exception {
    NewShape shape = element.getValue();
    script = shape.script();
    long today = getProcessingTimeService().getCurrentProcessingTime() / DAY_MILLIS;
    ScriptPatterns ofScript = patterns.value();
    if (ofScript == null) {
      ofScript = new ScriptPatterns();
    }
    if (ofScript.add(shape.shape(), shape.text(), shape.seen(), today, this)) {
      patterns.update(ofScript);
      budget.used(script, ofScript.bytes());
      budget.evict(this::forget);
    } else {
      ungrouped.inc();
    }
  }

  @Override
  public void row(long shape, byte[] text, long pattern, byte[] template, long seen) {
    byte[] row = ShapeRow.of(script, shape, text, pattern, template, seen, buffer);
    output.collect(record.replace(row));
  }

  private void forget(Script idle) {
    setCurrentKey(idle);
    patterns.clear();
    forgotten.inc();
  }
}
