package dev.scriptanalytics.api.live;

import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import java.util.List;

/**
 * A kind of things that arrive, and which of them are wanted. Streams with equal sources share
 * their questions, so two that ask the same are equal.
 */
public interface ArrivalSource {

  /** The column of {@code arrived_until} that has the time until which this is complete. */
  String until();

  /** The question for what arrived in a window, in the order in which streams get it. */
  Query query(ArrivalWindow window);

  /** Reads the answer to the question. */
  List<Arrival> read(Rows rows);
}
