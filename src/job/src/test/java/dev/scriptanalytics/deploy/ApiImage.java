package dev.scriptanalytics.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.util.TimeUtils;
import org.yaml.snakeyaml.Yaml;

/**
 * The image of the API server and its options, as the files of {@code deploy/api} describe them. A
 * test of the module {@code api} holds that file of options and the server equal.
 */
final class ApiImage {
  static final String DOCKERFILE = "deploy/api/Dockerfile";

  private static final String OPTIONS = "deploy/api/script-analytics-api.properties";
  private static final Pattern OPTION = Pattern.compile("(?m)^#?([a-z][a-z-]*\\.[a-z-]+)=(.*)$");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)}");

  private ApiImage() {}

  /** What an instruction says, with its lines joined. */
  static String instruction(String name) {
    Matcher found =
        Pattern.compile("(?m)^" + name + " (.*)$")
            .matcher(DeployedFiles.text(DOCKERFILE).replace("\\\n", ""));
    assertThat(found.find()).as(name).isTrue();
    return found.group(1);
  }

  /** The default of an option. */
  static String option(String key) {
    return options().get(key);
  }

  static Duration stopTimeout() {
    return TimeUtils.parseDuration(option("api.stop-timeout"));
  }

  /** The file of options that the server in the image reads. */
  static String optionsFile() {
    return arguments(List.of()).get("config");
  }

  /**
   * The options of a server in the image.
   *
   * @param more the arguments after those of the image
   */
  static Map<String, String> arguments(List<String> more) {
    List<String> words = new ArrayList<>();
    new Yaml().<List<String>>load(instruction("ENTRYPOINT")).forEach(words::add);
    words.subList(0, words.indexOf("-jar") + 2).clear();
    words.addAll(more);
    Map<String, String> arguments = new HashMap<>();
    for (int i = 0; i < words.size(); i += 2) {
      assertThat(words.get(i)).startsWith("--");
      assertThat(arguments.put(words.get(i).substring(2), words.get(i + 1))).isNull();
    }
    return arguments;
  }

  /** Checks that the server knows its options, and has the variables that they name. */
  static void expectToStart(List<String> more, Map<String, ?> environment) {
    Map<String, String> arguments = arguments(more);
    List<String> keys = new ArrayList<>(arguments.keySet());
    assertThat(keys.remove("config")).isTrue();
    assertThat(options()).containsKeys(keys.toArray(String[]::new));
    assertThat(environment.keySet())
        .map(Object::toString)
        .containsExactlyInAnyOrderElementsOf(
            DeployedFiles.found(VARIABLE, arguments.values().toString()));
    // On its default nobody reaches it from outside of its container.
    assertThat(arguments).containsEntry("api.host", "0.0.0.0").doesNotContainKey("api.port");
  }

  private static Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    OPTION
        .matcher(DeployedFiles.text(OPTIONS))
        .results()
        .forEach(option -> options.put(option.group(1), option.group(2)));
    return options;
  }
}
