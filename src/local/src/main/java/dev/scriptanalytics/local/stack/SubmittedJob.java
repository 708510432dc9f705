package dev.scriptanalytics.local.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * A job that was submitted to the cluster.
 *
 * @param id the cluster's id of the job
 * @param jarChecksum of the submitted jar, which shows whether a later build differs
 */
record SubmittedJob(String id, String jarChecksum) {

  static String checksumOf(Path jar) {
    CRC32C checksum = new CRC32C();
    try (InputStream bytes = new CheckedInputStream(Files.newInputStream(jar), checksum)) {
      bytes.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + jar + ".", e);
    }
    return Long.toHexString(checksum.getValue());
  }

  void store(Path file) {
    Properties properties = new Properties();
    properties.setProperty("id", id);
    properties.setProperty("jar-checksum", jarChecksum);
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "The job that was submitted last.");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file + ".", e);
    }
  }

  static Optional<SubmittedJob> load(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file + ".", e);
    }
    return Optional.of(
        new SubmittedJob(
            properties.getProperty("id", ""), properties.getProperty("jar-checksum", "")));
  }
}
