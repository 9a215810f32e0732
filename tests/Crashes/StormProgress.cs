namespace Tests.Crashes;

/// <summary>
/// Progress of many kills, in the file that <c>make crash-test</c> shows, because a test's output appears only at its end.
/// </summary>
internal static class StormProgress
{
    public static void Show(int kills, int of, int pipelines)
    {
        if (kills % 20 == 0 && Environment.GetEnvironmentVariable("DISTILL_PROGRESS") is { Length: > 0 } progress)
        {
            File.AppendAllText(progress, FormattableString.Invariant($"{kills} of {of} kills, {pipelines} pipelines finished\n"));
        }
    }
}
