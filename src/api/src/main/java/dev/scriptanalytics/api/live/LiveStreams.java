package dev.scriptanalytics.api.live;

import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.clickhouse.Daemon;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.EventStream;
import dev.scriptanalytics.api.route.Exchange;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What arrives, for as long as a client listens. */
public final class LiveStreams implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveStreams.class);
  private static final int THREADS = 4;
  private static final long LONGEST_RESUME = Duration.ofHours(1).toMillis();
  private static final long LONGEST_PAUSE = Duration.ofSeconds(10).toMillis();
  private static final long PAUSE_PER_SCRIPT = 10;
  private static final long PAUSE_OF_SENDING = 20;

  private final ClickHouse clickHouse;
  private final long pause;
  private final Duration heartbeat;
  private final int maxStreams;
  private final ScheduledExecutorService executor =
      Executors.newScheduledThreadPool(THREADS, Daemon.named("live-poll"));
  // The others may all be waiting for ClickHouse.
  private final ScheduledExecutorService heart =
      Executors.newSingleThreadScheduledExecutor(Daemon.named("live-heartbeat"));
  private final Map<LiveFeed.Key, LiveFeed> feeds = new HashMap<>();
  private final AtomicLong waiting = new AtomicLong();
  private final Set<EventStream> open = ConcurrentHashMap.newKeySet();

  /**
   * No streams yet.
   *
   * @param pause between two questions of a feed; 10 ms longer for each script that is followed
   * @param heartbeat the longest silence of a stream
   * @param maxStreams how many streams may be open
   */
  public LiveStreams(ClickHouse clickHouse, Duration pause, Duration heartbeat, int maxStreams) {
    this.clickHouse = clickHouse;
    this.pause = pause.toMillis();
    this.heartbeat = heartbeat;
    this.maxStreams = maxStreams;
    long period = Math.max(1, heartbeat.toMillis() / 4);
    var unused = heart.scheduleAtFixedRate(this::beat, period, period, TimeUnit.MILLISECONDS);
  }

  private void beat() {
    open.forEach(stream -> stream.beat(heartbeat));
  }

  /**
   * Answers with a stream, which begins now or after the event that the request names as the last.
   *
   * @param wanted what it has of which sources, each once
   * @param isTyped whether events say of which type they are
   * @param lastEventId as {@link LastEventId} reads it
   */
  public void follow(
      Exchange exchange,
      String account,
      String script,
      List<Wanted> wanted,
      boolean isTyped,
      long lastEventId) {
    if (open.size() >= maxStreams) {
      throw new ApiException(503, "TOO_MANY_STREAMS", "As many streams as may be are open")
          .with("maxStreams", maxStreams)
          .header("Retry-After", "10");
    }
    EventStream stream = EventStream.open(exchange.context(), waiting);
    exchange.stayOpenUntil(stream.ended());
    open.add(stream);
    var unused = stream.ended().thenRun(() -> open.remove(stream));
    stream.send("retry: 1000\n\n");
    long earliest = System.currentTimeMillis() - LONGEST_RESUME;
    boolean isTooOld = lastEventId != LastEventId.NONE && lastEventId < earliest;
    if (isTooOld && isTyped) {
      stream.send(
          "event: gap\ndata: {\"until\":\"%s\"}\n\n".formatted(Instant.ofEpochMilli(earliest)));
    }
    Predicate<Arrival> chosen =
        wanted.stream().map(Wanted::chosen).reduce(Predicate::and).orElseThrow();
    LiveStream live =
        new LiveStream(stream, script, chosen, isTyped, isTooOld ? earliest : lastEventId);
    join(live, exchange, account, wanted.stream().map(Wanted::source).toList());
  }

  private void join(
      LiveStream live, Exchange exchange, String account, List<ArrivalSource> sources) {
    LiveFeed.Key key = new LiveFeed.Key(exchange.caller().credentials(), account, sources);
    synchronized (feeds) {
      LiveFeed feed = feeds.get(key);
      if (feed == null) {
        feed = new LiveFeed(key, clickHouse);
        feeds.put(key, feed);
        schedule(feed, pause, 0);
      }
      feed.join(live);
    }
  }

  /** How many streams are open. */
  public int open() {
    return open.size();
  }

  private void schedule(LiveFeed feed, long lastPause, long delay) {
    try {
      var unused = executor.schedule(() -> serve(feed, lastPause), delay, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      feed.close();
    }
  }

  private void serve(LiveFeed feed, long lastPause) {
    synchronized (feeds) {
      if (!feed.isAlive()) {
        feeds.remove(feed.key());
        return;
      }
    }
    long next = pause + PAUSE_PER_SCRIPT * (feed.scripts() - 1);
    try {
      next =
          switch (feed.poll()) {
            case MORE -> 0;
            case SEND -> Math.min(next, PAUSE_OF_SENDING);
            case PAUSE -> next;
          };
    } catch (ApiException e) {
      if (e.status() < 500 && e.status() != 429) {
        LOG.info("Streams of {} end: {}", feed.key().credentials(), e.getMessage());
        feed.close();
      }
      // Heartbeats go on, so that clients need not connect anew when ClickHouse is back.
      next = Math.min(LONGEST_PAUSE, Math.max(pause, lastPause) * 2);
    } catch (RuntimeException e) {
      LOG.error("Streams cannot be served", e);
      feed.close();
    }
    schedule(feed, next, next);
  }

  /** Ends all streams, so that they do not hold up the end of the server. */
  @Override
  public void close() {
    executor.shutdownNow();
    heart.shutdownNow();
    open.forEach(EventStream::close);
  }
}
