package dev.scriptanalytics.api.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The shipped file of all options. */
class OptionsFileTest {
  private static final Path FILE = Repository.path("deploy/api/script-analytics-api.properties");
  private static final Pattern LINE = Pattern.compile("(?m)^#?([a-z][a-z-]*\\.[a-z-]+)=");

  @Test
  void hasEveryOption() throws IOException {
    String message =
        catchThrowableOfType(
                ConfigurationException.class,
                () -> ApiConfiguration.read(new String[] {"--no.option=x"}, Map.of()))
            .getMessage();
    List<String> options =
        List.of(message.replaceFirst("unknown option no.option; there are ", "").split(", ", -1));

    assertThat(LINE.matcher(Files.readString(FILE)).results().map(line -> line.group(1)))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(options);
  }

  @Test
  void changesNoDefault() {
    assertThat(ApiConfiguration.read(new String[] {"--config", FILE.toString()}, Map.of()))
        .isEqualTo(ApiConfiguration.read(new String[0], Map.of()));
  }
}
