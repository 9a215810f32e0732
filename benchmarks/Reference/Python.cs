using System.ComponentModel;
using System.Diagnostics;

namespace Benchmarks.Reference;

/// <summary>A Python with PyTorch and torchvision.</summary>
internal static class Python
{
    /// <summary>What to do where there is none.</summary>
    public const string Advice = "no python3 with torch and torchvision: apt-get install python3-torch python3-torchvision";

    // That of the system beside the first of the path, which may be a bare one.
    private static readonly string[] Candidates = ["python3", "/usr/bin/python3"];

    /// <summary>The command that starts it; null where there is none.</summary>
    public static string? Find() => Candidates.FirstOrDefault(HasTorch);

    private static bool HasTorch(string python)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import torch, torchvision"])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
