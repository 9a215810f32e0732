namespace Tests.Serve;

/// <summary>A test that runs Chromium; skipped if it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChromiumTheoryAttribute : TheoryAttribute
{
    public ChromiumTheoryAttribute() => Skip = Chromium.Program is null ? "chromium is not installed: sudo apt-get install chromium" : null;
}
