namespace Distill.Pipeline.Options;

/// <summary>Guesses which allowed name a misspelled one stands for.</summary>
internal static class Suggestion
{
    /// <summary>Returns the nearest name, or null if none is near enough to be a likely typing error.</summary>
    public static string? For(string given, IEnumerable<string> allowed) => allowed
        .Select(name => (Name: name, Distance: Distance(given.ToUpperInvariant(), name.ToUpperInvariant())))
        .Where(guess => guess.Distance <= Math.Max(2, given.Length / 2))
        .OrderBy(guess => guess.Distance).ThenBy(guess => guess.Name, StringComparer.Ordinal)
        .Select(guess => guess.Name)
        .FirstOrDefault();

    /// <summary>Computes the Levenshtein distance, one row of its table at a time.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var substituted = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
