package dev.scriptanalytics.api.clickhouse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.scriptanalytics.api.error.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The rows of an answer, read one at a time while they arrive.
 *
 * <p>Each row is a line with a JSON array. A query that fails after its first rows ends with a line
 * of another kind, which names the error code, or with a closed connection. Both are errors here:
 * an answer that is cut off never looks whole.
 */
public final class Rows implements AutoCloseable {
  /** A row of logs has texts of at most a few hundred kilobytes; their number is not limited. */
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNestingDepth(1000)
                          .build())
                  .build())
          .build();

  private static final int MOST_OF_ERROR = 65_536;

  private final InputStream body;
  private final Question question;
  private boolean ended;
  private byte[] buffer = new byte[16_384];
  private int position;
  private int lineStart;
  private int lineEnd;
  private int end;

  /** An answer that has begun. */
  Rows(InputStream body, Question question) {
    this.body = body;
    this.question = question;
  }

  /**
   * The next row, or null after the last.
   *
   * @throws ApiException if the query failed or took too long
   */
  public JsonNode next() {
    try {
      if (ended) {
        return null;
      }
      if (!readLine()) {
        if (question.isClosed()) {
          throw question.cutOff();
        }
        ended = true;
        close();
        return null;
      }
      if (lineStart == lineEnd || buffer[lineStart] != '[') {
        throw failed();
      }
      return row();
    } catch (JsonProcessingException e) {
      throw ApiException.internal();
    } catch (IOException e) {
      throw question.cutOff();
    }
  }

  /**
   * The line as JSON. A text of it takes half as long again, so only one that is not UTF-8 does.
   */
  private JsonNode row() throws IOException {
    try {
      return JSON.readTree(buffer, lineStart, lineEnd - lineStart);
    } catch (JsonProcessingException notUtf8) {
      return JSON.readTree(line());
    }
  }

  /** The line as text, where bytes that are not UTF-8 become U+FFFD. */
  private String line() {
    return new String(buffer, lineStart, lineEnd - lineStart, StandardCharsets.UTF_8);
  }

  /** The only row; it is an error if there is none. */
  public JsonNode single() {
    try (this) {
      JsonNode row = next();
      // Read to its end, the answer leaves its connection to others.
      if (row == null || next() != null) {
        throw ApiException.internal();
      }
      return row;
    }
  }

  private ApiException failed() throws IOException {
    StringBuilder text = new StringBuilder(line());
    while (text.length() < MOST_OF_ERROR && readLine()) {
      text.append('\n').append(line());
    }
    return question.failed(text.toString());
  }

  /** Finds the next line in the buffer; whether there is one. */
  private boolean readLine() throws IOException {
    int searched = position;
    while (true) {
      for (int i = searched; i < end; i++) {
        if (buffer[i] == '\n') {
          lineStart = position;
          lineEnd = i;
          position = i + 1;
          return true;
        }
      }
      searched = end - position;
      makeRoom();
      int read = body.read(buffer, end, buffer.length - end);
      if (read < 0) {
        lineStart = position;
        lineEnd = end;
        position = end;
        return lineStart < lineEnd;
      }
      end += read;
    }
  }

  private void makeRoom() {
    if (position > 0) {
      System.arraycopy(buffer, position, buffer, 0, end - position);
      end -= position;
      position = 0;
    }
    if (end == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
  }

  /** Ends the query if it still runs. May be called from any thread, and more than once. */
  @Override
  public void close() {
    question.close();
  }
}
