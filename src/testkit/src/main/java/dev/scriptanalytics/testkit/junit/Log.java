package dev.scriptanalytics.testkit.junit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What a logger of this process is told while this is open. */
public final class Log extends AbstractAppender implements AutoCloseable {
  private final Logger logger;
  private final Level levelBefore;
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

  /** Listens to a class. */
  public Log(Class<?> of) {
    this(of.getName());
  }

  /** Listens to a logger by its name. */
  public Log(String name) {
    super("test", null, null, true, Property.EMPTY_ARRAY);
    logger = (Logger) LogManager.getLogger(name);
    levelBefore = logger.getLevel();
    start();
    logger.addAppender(this);
    // Adding the appender would undo it.
    logger.setLevel(Level.DEBUG);
  }

  @Override
  public void append(LogEvent event) {
    lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
  }

  /** The lines up to now, each after its level. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    logger.removeAppender(this);
    logger.setLevel(levelBefore);
  }
}
