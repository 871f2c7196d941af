import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.openfeature.contrib.providers.ofrep.OfrepProvider;
import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;
import dev.openfeature.sdk.*;
import java.io.*;
import java.util.*;

/** Evaluates the example through OpenFeature's own OFREP provider and prints one JSON line a question. */
class Evaluate {
  public static void main(String[] words) throws Exception {
    OpenFeatureAPI api = OpenFeatureAPI.getInstance();
    api.setProviderAndWait(OfrepProvider.constructProvider(OfrepProviderOptions.builder().baseUrl(words[0]).build()));
    Client client = api.getClient();
    ObjectMapper json = new ObjectMapper();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = lines.readLine()) != null; ) {
      JsonNode question = json.readTree(line);
      Map<String, Value> attributes = new HashMap<>();
      question.get("attributes").properties().forEach(one -> attributes.put(one.getKey(), value(one.getValue())));
      EvaluationContext context = new ImmutableContext(question.get("unit").asText(), attributes);
      String flag = question.get("flag").asText();
      JsonNode fallback = question.get("fallback");
      FlagEvaluationDetails<?> details = switch (question.get("type").asText()) {
        case "boolean" -> client.getBooleanDetails(flag, fallback.asBoolean(), context);
        case "string" -> client.getStringDetails(flag, fallback.asText(), context);
        case "integer" -> client.getIntegerDetails(flag, fallback.asInt(), context);
        default -> client.getObjectDetails(flag, new Value(new ImmutableStructure()), context);
      };
      Object value = details.getValue() instanceof Value object ? object.asObject() == null ? object.asStructure().asObjectMap() : object.asObject() : details.getValue();
      if (value instanceof Structure structure) value = structure.asObjectMap();
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("value", value);
      answer.put("variant", details.getVariant());
      answer.put("reason", details.getReason());
      answer.put("error", details.getErrorCode() == null ? null : details.getErrorCode().toString());
      System.out.println(json.writeValueAsString(answer));
    }
    api.shutdown();
  }

  private static Value value(JsonNode node) {
    if (node.isObject()) {
      Map<String, Value> members = new HashMap<>();
      node.properties().forEach(one -> members.put(one.getKey(), value(one.getValue())));
      return new Value(new ImmutableStructure(members));
    }
    if (node.isBoolean()) return new Value(node.asBoolean());
    if (node.isInt()) return new Value(node.asInt());
    if (node.isNumber()) return new Value(node.asDouble());
    return new Value(node.asText());
  }
}
