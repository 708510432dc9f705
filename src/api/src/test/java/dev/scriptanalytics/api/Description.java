package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** {@code openapi.yaml}, which every answer of the tests is held against. */
final class Description {
  private static final String PROBLEM = "application/problem+json";
  private static final String NAME = "https://script-analytics/openapi.yaml";
  private static final String TIME = "format: date-time, description: In UTC";
  private static final String TEXT = text();
  private static final Map<String, Object> CONTENT = content();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDialect(
          Dialects.getOpenApi31(), builder -> builder.schemas(Map.of(NAME, TEXT)));

  private Description() {}

  /**
   * The file, and that times in UTC end with Z. It does not say so itself, because clients that are
   * generated hold a pattern against what they have made of the time.
   */
  private static String text() {
    try (InputStream in = Description.class.getResourceAsStream("/openapi.yaml")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(text).containsOnlyOnce(TIME);
      return text.replace(TIME, "format: date-time, pattern: Z$");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> content() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    return new Yaml(options).load(TEXT);
  }

  /** All operations, by method and route. */
  static Map<String, Map<?, ?>> operations() {
    Map<String, Map<?, ?>> operations = new LinkedHashMap<>();
    ((Map<?, ?>) at("paths"))
        .forEach(
            (route, methods) ->
                ((Map<?, ?>) methods)
                    .forEach(
                        (method, operation) ->
                            operations.put(method + " " + route, (Map<?, ?>) operation)));
    return operations;
  }

  /** Fails unless status, content type and body of an answer are described. */
  static void check(HttpResponse<String> answer) {
    String route = route(answer.request().uri().getRawPath());
    String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
    String method = answer.request().method().toLowerCase(Locale.ROOT);
    String status = Integer.toString(answer.statusCode());
    Map<?, ?> described = (Map<?, ?>) at("paths", route, method, "responses", status);
    if (described == null) {
      assertThat(type).as("%s %s with %s", method, route, status).isEqualTo(PROBLEM);
      valid("#/components/schemas/Problem", answer.body());
      return;
    }
    if (described.get("$ref") instanceof String shared) {
      described = (Map<?, ?>) at("components", "responses", shared.replaceFirst(".*/", ""));
    }
    if (described.get("headers") instanceof Map<?, ?> headers) {
      headers.forEach((name, header) -> checkHeader(answer, (String) name, (Map<?, ?>) header));
    }
    if (!described.containsKey("content")) {
      assertThat(answer.body()).as("%s %s with %s", method, route, status).isEmpty();
      return;
    }
    assertThat(((Map<?, ?>) described.get("content")).containsKey(type))
        .as("%s %s with %s of type %s", method, route, status, type)
        .isTrue();
    if (type.equals("application/json")) {
      valid(
          "#/paths/%s/%s/responses/%s/content/application~1json/schema"
              .formatted(pointer(route), method, status),
          answer.body());
    }
  }

  /** Fails unless a header is there where it must be, and has the form that is described. */
  private static void checkHeader(HttpResponse<String> answer, String name, Map<?, ?> header) {
    Map<?, ?> described =
        header.containsKey("$ref") ? (Map<?, ?>) at("components", "headers", name) : header;
    String value = answer.headers().firstValue(name).orElse(null);
    if (described.get("required") == Boolean.TRUE) {
      assertThat(value).as(name).isNotNull();
    }
    if (value != null && ((Map<?, ?>) described.get("schema")).get("pattern") instanceof String p) {
      assertThat(value).as(name).containsPattern(p);
    }
  }

  /** Fails unless a body that the server took is described. */
  static void checkRequest(String path, String body) {
    valid(
        "#/paths/%s/post/requestBody/content/application~1json/schema"
            .formatted(pointer(route(path.replaceFirst("\\?.*", "")))),
        body);
  }

  /** The names of a route's parameters in its address. */
  static List<String> parameters(String route, String method) {
    return ((List<?>) at("paths", route, method, "parameters"))
        .stream()
            .map(parameter -> (Map<?, ?>) parameter)
            .map(parameter -> parameter.containsKey("$ref") ? account() : parameter)
            .filter(parameter -> "query".equals(parameter.get("in")))
            .map(parameter -> (String) parameter.get("name"))
            .toList();
  }

  private static Map<?, ?> account() {
    return (Map<?, ?>) at("components", "parameters", "account");
  }

  private static String route(String path) {
    return path.replaceFirst("^/v2/endpoints/[^/]+/logs$", "/v2/endpoints/{endpointId}/logs")
        .replaceFirst(
            "^/v2/scripts/[^/]+/versions/[^/]+/", "/v2/scripts/{script}/versions/{version}/")
        .replaceFirst("^/v2/scripts/[^/]+/", "/v2/scripts/{script}/")
        .replaceFirst("^/v2/runs/(?!search$)[^/]+", "/v2/runs/{runId}")
        // Where a parameter names the script.
        .replaceFirst(
            "^/v2/(metrics|percentile|timeline|versions|deployments|comparison|runs|density|phases"
                + "|facets|errors|patterns|logs|exports|live)(/.*)?$",
            "/v2/scripts/{script}/$1$2")
        .replaceFirst("^/v2/scripts/\\{script}/runs/\\{runId}", "/v2/runs/{runId}")
        .replaceFirst("/exports/[^/]+$", "/exports/{file}");
  }

  private static String pointer(String route) {
    return route.replace("/", "~1").replace("{", "%7B").replace("}", "%7D");
  }

  private static void valid(String fragment, String body) {
    Schema schema = SCHEMAS.getSchema(SchemaLocation.of(NAME + fragment));
    assertThat(
            schema.validate(
                body,
                InputFormat.JSON,
                execution ->
                    execution.executionConfig(config -> config.formatAssertionsEnabled(true))))
        .as(body)
        .isEmpty();
  }

  private static Object at(String... path) {
    Object node = CONTENT;
    for (String name : path) {
      node = node instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return node;
  }
}
