package dev.scriptanalytics.api.http;

import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A file of the jar that is the same for everybody. It is kept in memory, compressed. */
public final class StaticFile {
  private static final int ETAG_BYTES = 16;

  private final String type;
  private final byte[] compressed;
  private final String etag;

  private StaticFile(String type, byte[] bytes) {
    this.type = type;
    this.compressed = compressed(bytes);
    this.etag = "\"" + hash(bytes) + "\"";
  }

  /**
   * Reads a file.
   *
   * @param resource its path on the class path
   * @param type its content type
   */
  public static StaticFile of(String resource, String type) {
    try (InputStream in = StaticFile.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("The jar has no " + resource);
      }
      return new StaticFile(type, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] compressed(byte[] bytes) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(compressed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return compressed.toByteArray();
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, ETAG_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Answers with the file, or says that the client's copy is the same. */
  public void send(Context context) {
    context.header("Cache-Control", "no-cache");
    context.header("ETag", etag);
    context.header("Vary", "Accept-Encoding");
    if (etag.equals(context.header("If-None-Match"))) {
      context.status(304);
      return;
    }
    context.contentType(type);
    String accepted = context.header("Accept-Encoding");
    if (accepted != null && accepted.contains("gzip")) {
      context.header("Content-Encoding", "gzip");
      context.result(compressed);
    } else {
      context.result(decompressed());
    }
  }

  private byte[] decompressed() {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
