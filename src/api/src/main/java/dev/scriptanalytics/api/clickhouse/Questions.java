package dev.scriptanalytics.api.clickhouse;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is asked for one request. It has one time limit together, and ends together when the request
 * does.
 */
public final class Questions implements AutoCloseable {
  private final ClickHouse clickHouse;
  private final Credentials credentials;
  private final String id;
  private final long deadline;
  private final AtomicInteger count = new AtomicInteger();
  private final Set<Question> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Nothing is asked yet.
   *
   * @param id the beginning of the ids of the queries, by which they are found in ClickHouse's log
   * @param timeout how long they may take together, until the last row
   */
  public Questions(ClickHouse clickHouse, Credentials credentials, String id, Duration timeout) {
    this.clickHouse = clickHouse;
    this.credentials = credentials;
    this.id = id;
    this.deadline = System.nanoTime() + timeout.toNanos();
  }

  /** As {@link ClickHouse#ask}. */
  public Rows ask(Query query) {
    return question(query).rows();
  }

  /** As {@link #ask}, while the caller goes on; {@link ClickHouse#await} gives the rows. */
  public CompletableFuture<Rows> askAsync(Query query) {
    return clickHouse.async(question(query));
  }

  /** As {@link #ask}, for an answer that is not looked at. */
  public RawAnswer askRaw(Query query) {
    Question question = question(query);
    return new RawAnswer(question.body(), question);
  }

  private Question question(Query query) {
    Question question =
        clickHouse.question(credentials, query, id + "-" + count.incrementAndGet(), deadline);
    open.add(question);
    if (closed) {
      question.close();
    }
    return question;
  }

  /** Ends all queries that still run; further ones end at once. May be called from any thread. */
  @Override
  public void close() {
    closed = true;
    open.forEach(Question::close);
  }
}
