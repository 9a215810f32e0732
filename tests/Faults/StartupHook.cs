using System.Diagnostics;
using System.Globalization;
using Distill.Pipeline.Storage;
using Tests.Faults;

/// <summary>
/// Runs inside the real command before its first line where DOTNET_STARTUP_HOOKS names this assembly: kills the process with SIGKILL at the
/// operation that DISTILL_KILL_AT names, such as <c>write lock:2:half</c>: the second one of that kind, half done. What is killed is noted in DISTILL_KILL_LOG.
/// </summary>
internal static class StartupHook
{
    private const string Where = "DISTILL_KILL_AT";
    private const string Log = "DISTILL_KILL_LOG";

    /// <summary>The variables that kill a command at a place.</summary>
    public static Dictionary<string, string?> KillingAt(string place, string log) => new()
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
        [Where] = place,
        [Log] = log,
    };

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Where)?.Split(':') is not [var place, var number, var half])
        {
            return;
        }

        var left = int.Parse(number, CultureInfo.InvariantCulture);
        var log = Environment.GetEnvironmentVariable(Log)!;
        Durable.UseFileSystem(new FaultyFileSystem(new Disk(), operation =>
            operation.Place == place && Interlocked.Decrement(ref left) == 0 ? new Fault(half == "half", () => Kill(operation, log)) : null));
    }

    private static void Kill(Operation operation, string log)
    {
        File.AppendAllText(log, operation.Place + "\n");
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
