package dev.scriptanalytics.sink;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What a class logs while this is open. */
final class Log extends AbstractAppender implements AutoCloseable {
  private final Logger logger;
  private final Level levelBefore;
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

  Log(Class<?> of) {
    super("test", null, null, true, Property.EMPTY_ARRAY);
    logger = (Logger) LogManager.getLogger(of);
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

  List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    logger.removeAppender(this);
    logger.setLevel(levelBefore);
  }
}
