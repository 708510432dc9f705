package dev.scriptanalytics.deploy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.xml.sax.InputSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files of {@code deploy}, read as their programs read them. */
final class DeployedFiles {

  /** Refuses fields that the class does not have, and values that are not its type's. */
  static final ObjectMapper STRICT =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS);

  private DeployedFiles() {}

  static String text(String path) {
    try {
      return Files.readString(Repository.path(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The documents of a YAML file; a key that is there twice is an error. */
  static List<Map<String, Object>> yaml(String path) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<Map<String, Object>> documents = new ArrayList<>();
    for (Object document : new Yaml(new SafeConstructor(options)).loadAll(text(path))) {
      documents.add(map(document));
    }
    return documents;
  }

  /** The text at an XPath of an XML file; empty where there is none. */
  static String xml(String path, String expression) {
    try {
      return XPathFactory.newInstance()
          .newXPath()
          .evaluate(expression, new InputSource(new StringReader(text(path))));
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @SuppressWarnings("unchecked") // a mapping of YAML whose keys are words
  static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  /** Nested mappings as Flink flattens them: keys with dots. */
  static Map<String, String> flat(Map<String, Object> nested) {
    Map<String, String> flat = new TreeMap<>();
    nested.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?>) {
            flat(map(value)).forEach((rest, text) -> flat.put(key + "." + rest, text));
          } else {
            flat.put(key, String.valueOf(value));
          }
        });
    return flat;
  }

  /** The first groups of all matches, sorted. */
  static Set<String> found(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  /** The options at the end of a script's command, such as {@code --clickhouse.url URL}. */
  static Map<String, String> jobArguments(Stream<String> words) {
    Map<String, String> options = new LinkedHashMap<>();
    String key = null;
    for (String word : words.toList()) {
      if (key != null) {
        options.put(key, word);
        key = null;
      } else if (word.startsWith("--")) {
        key = word;
      }
    }
    return options;
  }
}
