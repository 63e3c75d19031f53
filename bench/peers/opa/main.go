// A peer of bench/cedar: Open Policy Agent, in process, policies compiled and
// data in its store before the clock starts. It has the three applications alone
// (apps.rego). Usage and output: bench/cedar_bench.c.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

const rounds = 16

//go:embed apps.rego
var policies string

type uid struct {
	Type, Id string
	Entity   *struct{ Type, Id string } `json:"__entity"`
}

func (u uid) String() string {
	if u.Entity != nil {
		return u.Entity.Type + "::" + u.Entity.Id
	}
	return u.Type + "::" + u.Id
}

type entity struct {
	Uid     uid
	Attrs   map[string]any
	Parents []uid
}

type request struct {
	Principal, Resource, Action uid
}

func read(path string, into any) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	if err := json.Unmarshal(text, into); err != nil {
		panic(path + ": " + err.Error())
	}
	return true
}

// plain writes references as "Type::id".
func plain(value any) any {
	switch value := value.(type) {
	case map[string]any:
		if inner, ok := value["__entity"].(map[string]any); ok {
			return inner["type"].(string) + "::" + inner["id"].(string)
		}
		for key, member := range value {
			value[key] = plain(member)
		}
	case []any:
		for i, member := range value {
			value[i] = plain(member)
		}
	}
	return value
}

// above gathers all that an entity is in.
func above(of string, parents map[string][]string, into map[string]any) {
	for _, parent := range parents[of] {
		if _, ok := into[parent]; !ok {
			into[parent] = true
			above(parent, parents, into)
		}
	}
}

func store(entities []entity) map[string]any {
	parents := map[string][]string{}
	for _, e := range entities {
		for _, p := range e.Parents {
			parents[e.Uid.String()] = append(parents[e.Uid.String()], p.String())
		}
	}
	all := map[string]any{}
	for _, e := range entities {
		in := map[string]any{}
		above(e.Uid.String(), parents, in)
		all[e.Uid.String()] = map[string]any{"attrs": plain(e.Attrs), "above": in}
	}
	return map[string]any{"entities": all}
}

func rssKib() int {
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		var n int
		if _, err := fmt.Sscanf(line, "VmRSS: %d", &n); err == nil {
			return n
		}
	}
	return 0
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: opa FOLDER SET SIZE")
		os.Exit(2)
	}
	set, size := os.Args[2], os.Args[3]
	folder := os.Args[1] + "/" + set
	if set != "tinytodo" && set != "gdrive" && set != "github" {
		fmt.Println(`{"skip":"not written in Rego"}`)
		return
	}
	ctx := context.Background()
	var entities []entity
	start := time.Now()
	read(folder+"/"+size+".entities.json", &entities)
	data := inmem.NewFromObject(store(entities))
	load := time.Since(start)
	start = time.Now()
	query, err := rego.New(rego.Query("data.apps."+set), rego.Module("apps.rego", policies),
		rego.Store(data)).PrepareForEval(ctx)
	if err != nil {
		panic(err)
	}
	parse := time.Since(start)
	var requests []request
	read(folder+"/"+size+".requests.json", &requests)
	var expected []struct{ D string }
	read(folder+"/"+size+".expected.json", &expected)
	runtime.GC()
	rss := rssKib()

	var times []float64
	allowed, wrong := 0, 0
	began := time.Now()
	for i, r := range requests {
		action := r.Action.String()
		input := ast.MustInterfaceToValue(map[string]any{
			"principal": r.Principal.String(), "resource": r.Resource.String(),
			"action": action[strings.Index(action, "::")+2:]})
		isAllowed := false
		n := 0
		start := time.Now()
		for n < rounds && time.Since(start) < 4*time.Millisecond {
			result, err := query.Eval(ctx, rego.EvalParsedInput(input))
			if err != nil {
				panic(err)
			}
			isAllowed = result.Allowed()
			n++
		}
		times = append(times, float64(time.Since(start).Nanoseconds())/float64(n))
		if isAllowed {
			allowed++
		}
		if i < len(expected) && isAllowed != (expected[i].D == "allow") {
			wrong++
		}
		if time.Since(began) > 10*time.Second {
			break
		}
	}
	sort.Float64s(times)
	fmt.Printf(`{"policies":null,"entities":%d,"entities_us":%d,"policies_us":%d,`+
		`"p50_ns":%.0f,"p99_ns":%.0f,"requests":%d,"allowed":%d,"wrong":%d,"rss_kib":%d}`+"\n",
		len(entities), load.Microseconds(), parse.Microseconds(),
		times[len(times)/2], times[len(times)*99/100], len(times), allowed, wrong, rss)
}
