package dev.scriptanalytics.testkit.sample;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Writes batches of OpenTelemetry as its JSON has them: names in lowerCamelCase, ids hexadecimal,
 * integers of 64 bits as strings, enums as numbers.
 */
public final class OtlpJsonWriter {
  private static final JsonFactory FACTORY = new JsonFactory();

  private OtlpJsonWriter() {}

  static byte[] write(Message batch) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      write(batch, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(Message message, JsonGenerator json) throws IOException {
    json.writeStartObject();
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      json.writeFieldName(field.getKey().getJsonName());
      if (field.getKey().isRepeated()) {
        json.writeStartArray();
        for (Object item : (List<?>) field.getValue()) {
          write(field.getKey(), item, json);
        }
        json.writeEndArray();
      } else {
        write(field.getKey(), field.getValue(), json);
      }
    }
    json.writeEndObject();
  }

  private static void write(FieldDescriptor field, Object value, JsonGenerator json)
      throws IOException {
    switch (field.getJavaType()) {
      case MESSAGE -> write((Message) value, json);
      case ENUM -> json.writeNumber(((EnumValueDescriptor) value).getNumber());
      case LONG -> json.writeString(value.toString());
      case INT -> json.writeNumber((Integer) value);
      case DOUBLE -> json.writeNumber((Double) value);
      case FLOAT -> json.writeNumber((Float) value);
      case BOOLEAN -> json.writeBoolean((Boolean) value);
      case STRING -> json.writeString((String) value);
      case BYTE_STRING -> {
        byte[] bytes = ((ByteString) value).toByteArray();
        boolean id = field.getName().endsWith("_id");
        json.writeString(
            id ? HexFormat.of().formatHex(bytes) : Base64.getEncoder().encodeToString(bytes));
      }
    }
  }
}
