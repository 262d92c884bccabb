package storage

// maxGrams is how many grams of one needle are looked up. A longer needle is
// sampled: entries are compared with the whole of it afterwards.
const maxGrams = 6

// gramKey is up to three letters, of 21 bits each; none of them is 0.
type gramKey uint64

const letterBits = 21

// text returns the letters.
func (k gramKey) text() string {
	var letters []rune
	for shift := 2 * letterBits; shift >= 0; shift -= letterBits {
		if r := rune(k >> shift & (1<<letterBits - 1)); r != 0 {
			letters = append(letters, r)
		}
	}
	return string(letters)
}

// eachGramKey calls fn with all runs of one, two and three letters that stand
// within a word of text. Words are separated by spaces.
func eachGramKey(text string, fn func(gramKey)) {
	var last, last2 gramKey
	for _, r := range text {
		if r == ' ' {
			last, last2 = 0, 0
			continue
		}
		k := gramKey(r)
		fn(k)
		if last != 0 {
			fn(last<<letterBits | k)
		}
		if last2 != 0 {
			fn(last2<<(2*letterBits) | last<<letterBits | k)
		}
		last2, last = last, k
	}
}

// gramToken is the token of a gram in a class.
func gramToken(class, gram string) string { return class + "\t" + gram }

// facetToken is the token of a facet.
func facetToken(f string) string { return "=" + f }

// needleGrams returns the grams to look a needle up by, and whether having
// them all proves that the needle occurs.
func needleGrams(text string) (grams []string, proof bool) {
	runes := []rune(text)
	if len(runes) <= 3 {
		return []string{text}, true
	}
	last := len(runes) - 3
	if last < maxGrams {
		for i := range last + 1 {
			grams = append(grams, string(runes[i:i+3]))
		}
		return grams, false
	}
	for i := range maxGrams {
		at := i * last / (maxGrams - 1)
		grams = append(grams, string(runes[at:at+3]))
	}
	return grams, false
}

// unproven reports whether entries have to be compared with the words.
func (q *search) unproven() bool {
	for _, term := range q.terms {
		for _, n := range term {
			if _, proof := needleGrams(n.Text); !proof {
				return true
			}
		}
	}
	return false
}
