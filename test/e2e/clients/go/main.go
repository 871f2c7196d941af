// Evaluates the example through OpenFeature's own OFREP provider and prints one JSON line a question.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/open-feature/go-sdk-contrib/providers/ofrep"
	"github.com/open-feature/go-sdk/openfeature"
)

type question struct {
	Flag, Type, Unit string
	Attributes       map[string]any
	Fallback         any
}

func main() {
	if err := openfeature.SetProviderAndWait(ofrep.NewProvider(os.Args[1])); err != nil {
		panic(err)
	}
	client := openfeature.NewClient("e2e")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		about := openfeature.NewEvaluationContext(asked.Unit, asked.Attributes)
		details, _ := client.ObjectValueDetails(context.Background(), asked.Flag, asked.Fallback, about)
		answer, _ := json.Marshal(map[string]any{
			"value": details.Value, "variant": details.Variant, "reason": details.Reason, "error": details.ErrorCode,
		})
		fmt.Println(string(answer))
	}
}
