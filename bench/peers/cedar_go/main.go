// A peer of bench/cedar: the Go engine, in process, everything parsed before the
// clock starts; it has no templates. Usage and output: bench/cedar_bench.c.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"time"

	cedar "github.com/cedar-policy/cedar-go"
)

const rounds = 16

type expectation struct {
	D string
	R []string
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
		fmt.Fprintln(os.Stderr, "usage: cedar_go FOLDER SET SIZE")
		os.Exit(2)
	}
	folder, size := os.Args[1]+"/"+os.Args[2], os.Args[3]
	if _, err := os.Stat(folder + "/" + size + ".links.json"); err == nil {
		fmt.Println(`{"skip":"no templates"}`)
		return
	}
	text, err := os.ReadFile(folder + "/policies.cedar")
	if err != nil {
		text, err = os.ReadFile(folder + "/" + size + ".policies.cedar")
	}
	if err != nil {
		panic(err)
	}
	start := time.Now()
	set, err := cedar.NewPolicySetFromBytes("policies", text)
	if err != nil {
		panic(err)
	}
	parse := time.Since(start)
	var entities cedar.EntityMap
	start = time.Now()
	read(folder+"/"+size+".entities.json", &entities)
	load := time.Since(start)
	var requests []cedar.Request
	read(folder+"/"+size+".requests.json", &requests)
	var expected []expectation
	read(folder+"/"+size+".expected.json", &expected)
	runtime.GC()
	rss := rssKib()

	var times []float64
	allowed, wrong := 0, 0
	began := time.Now()
	for i, request := range requests {
		var decision cedar.Decision
		var diagnostic cedar.Diagnostic
		n := 0
		start := time.Now()
		for n < rounds && time.Since(start) < 4*time.Millisecond {
			decision, diagnostic = cedar.Authorize(set, entities, request)
			n++
		}
		times = append(times, float64(time.Since(start).Nanoseconds())/float64(n))
		if decision == cedar.Allow {
			allowed++
		}
		if i < len(expected) && ((decision == cedar.Allow) != (expected[i].D == "allow") ||
			len(diagnostic.Reasons) != len(expected[i].R)) {
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
