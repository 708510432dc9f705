package dev.scriptanalytics.api.clickhouse;

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
   */
  public Questions(ClickHouse clickHouse, Credentials credentials, String id) {
    this.clickHouse = clickHouse;
    this.credentials = credentials;
    this.id = id;
    this.deadline = clickHouse.deadline();
  }

  /** As {@link ClickHouse#ask}. */
  public Rows ask(Query query) {
    return question(query).rows();
  }

  /** As {@link #ask}, while the caller goes on; {@link ClickHouse#await} gives the rows. */
  public CompletableFuture<Rows> askAsync(Query query) {
    return clickHouse.async(question(query));
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
