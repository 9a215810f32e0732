using System.Diagnostics;
using System.Globalization;
using Distill.Pipeline.Storage;
using Tests.Crashes.PowerCuts;
using Tests.Faults;

/// <summary>
/// Runs inside the real command before its first line if DOTNET_STARTUP_HOOKS names this assembly. It kills the process with SIGKILL at the
/// operation that DISTILL_KILL_AT names: <c>write lock:2:half</c> is the second operation of that kind, half done. Each kill adds a line to
/// the file DISTILL_KILL_LOG. If DISTILL_RECORD_DISK names a file, the process logs its disk there (<see cref="DiskLogFile"/>).
/// </summary>
internal static class StartupHook
{
    private const string Place = "DISTILL_KILL_AT";
    private const string Log = "DISTILL_KILL_LOG";
    private const string Recorded = "DISTILL_RECORD_DISK";

    /// <summary>Returns the environment variables that kill a command at an operation.</summary>
    public static Dictionary<string, string?> KillingAt(string place, string log) => new()
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
        [Place] = place,
        [Log] = log,
    };

    /// <summary>Returns the environment variables that make a command log what it writes below its working folder.</summary>
    public static Dictionary<string, string?> RecordingTo(string log) => new()
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
        [Recorded] = log,
    };

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Recorded) is { } recorded)
        {
            var disk = new RecordingFileSystem(Environment.CurrentDirectory);
            Durable.UseFileSystem(disk);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => DiskLogFile.Write(recorded, disk.Root, disk.Log);
            return;
        }

        if (Environment.GetEnvironmentVariable(Place)?.Split(':') is not [var place, var number, var half])
        {
            return;
        }

        var left = int.Parse(number, CultureInfo.InvariantCulture);
        var log = Environment.GetEnvironmentVariable(Log)!;
        Durable.UseFileSystem(new FaultyFileSystem(
            new Disk(),
            operation => operation.Place == place && Interlocked.Decrement(ref left) == 0
                ? new Fault(half == "half", () => Kill(operation, log))
                : null));
    }

    private static void Kill(Operation operation, string log)
    {
        File.AppendAllText(log, operation.Place + "\n");
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
