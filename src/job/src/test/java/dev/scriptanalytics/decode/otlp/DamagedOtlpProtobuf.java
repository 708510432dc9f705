package dev.scriptanalytics.decode.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HexFormat;

/** A damaged batch in Protocol Buffers: a part is cut, or has other bytes, and its length fits. */
final class DamagedOtlpProtobuf extends DamagedOtlp {
  private boolean anything;
  private String damage = "";

  DamagedOtlpProtobuf(long seed, boolean ofLogs, Instant at) {
    super(seed, ofLogs, at);
  }

  @Override
  public boolean maySayAnything() {
    return anything;
  }

  @Override
  String damage() {
    return damage;
  }

  @Override
  public byte[] record() {
    ByteString batch = ByteString.EMPTY;
    for (int r = 0; r < resources; r++) {
      ByteString ofResource = field(1, resource(r));
      for (int s = 0; s < scopes; s++) {
        ofResource = ofResource.concat(field(2, scope(r, s)));
      }
      if (isBad(Target.SCOPES_OF_RESOURCE, r, 0, 0)) {
        ofResource = damaged(ofResource, ofLogs ? ResourceLogs.parser() : ResourceSpans.parser());
      }
      batch = batch.concat(field(1, ofResource));
    }
    return batch.toByteArray();
  }

  private ByteString resource(int r) {
    ByteString resource =
        attributes(
            1,
            isBad(Target.ATTRIBUTE_OF_RESOURCE, r, 0, 0),
            attribute("account", account(r)),
            attribute("faas.name", "F"),
            attribute("zone", "z"));
    return isBad(Target.RESOURCE, r, 0, 0) ? damaged(resource, Resource.parser()) : resource;
  }

  private ByteString scope(int r, int s) {
    ByteString scope =
        InstrumentationScope.newBuilder()
            .setName("library")
            .build()
            .toByteString()
            .concat(
                attributes(
                    3,
                    isBad(Target.ATTRIBUTE_OF_SCOPE, r, s, 0),
                    attribute("scope.0", "x"),
                    attribute("scope.1", "x"),
                    attribute("scope.2", "x")));
    if (isBad(Target.SCOPE, r, s, 0)) {
      scope = damaged(scope, InstrumentationScope.parser());
    }
    ByteString ofScope = field(1, scope);
    for (int i = 0; i < items; i++) {
      ofScope = ofScope.concat(field(2, item(r, s, i)));
    }
    return isBad(Target.ITEMS_OF_SCOPE, r, s, 0)
        ? damaged(ofScope, ofLogs ? ScopeLogs.parser() : ScopeSpans.parser())
        : ofScope;
  }

  private ByteString item(int r, int s, int i) {
    ByteString attributes =
        attributes(
            ofLogs ? LogRecord.ATTRIBUTES_FIELD_NUMBER : Span.ATTRIBUTES_FIELD_NUMBER,
            isBad(Target.ATTRIBUTE_OF_ITEM, r, s, i),
            attribute("faas.invocation_id", run(r, s, i)),
            attribute("one", "1"),
            attribute("two", "2"));
    ByteString trace = ByteString.fromHex("5b8efff798038103d269b633813fc60c");
    ByteString id = ByteString.fromHex(HexFormat.of().toHexDigits((long) number(r, s, i)));
    ByteString item =
        ofLogs
            ? LogRecord.newBuilder()
                .setTraceId(trace)
                .setSpanId(id)
                .setTimeUnixNano(nanos)
                .setBody(AnyValue.newBuilder().setStringValue(name(r, s, i)))
                .build()
                .toByteString()
            : Span.newBuilder()
                .setTraceId(trace)
                .setSpanId(id)
                .setName(name(r, s, i))
                .setKind(Span.SpanKind.SPAN_KIND_SERVER)
                .setStartTimeUnixNano(nanos)
                .setEndTimeUnixNano(nanos + 1000)
                .addEvents(Span.Event.newBuilder().setName(EVENT + name(r, s, i)))
                .build()
                .toByteString();
    ByteString whole = attributes.concat(item);
    return isBad(Target.ITEM, r, s, i)
        ? damaged(whole, ofLogs ? LogRecord.parser() : Span.parser())
        : whole;
  }

  private static ByteString attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build()
        .toByteString();
  }

  private ByteString attributes(int number, boolean bad, ByteString... attributes) {
    ByteString fields = ByteString.EMPTY;
    for (int i = 0; i < attributes.length; i++) {
      ByteString attribute = attributes[i];
      fields =
          fields.concat(
              field(
                  number,
                  bad && i == badAttribute ? damaged(attribute, KeyValue.parser()) : attribute));
    }
    return fields;
  }

  private static ByteString field(int number, ByteString message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream to = CodedOutputStream.newInstance(bytes);
    try {
      to.writeBytes(number, message);
      to.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private ByteString damaged(ByteString part, Parser<?> parser) {
    ByteString damaged;
    if (random.nextInt(3) == 0) {
      damaged = part.substring(0, random.nextInt(part.size()));
    } else {
      byte[] bytes = part.toByteArray();
      int changes = 1 + random.nextInt(3);
      for (int i = 0; i < changes; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      damaged = ByteString.copyFrom(bytes);
      // One of several changes may be another letter of the account.
      anything = changes > 1;
    }
    damage = HexFormat.of().formatHex(damaged.toByteArray());
    try {
      parser.parseFrom(damaged);
      anything = true;
    } catch (InvalidProtocolBufferException e) {
      // Then it is seen to be damaged.
    }
    return damaged;
  }
}
