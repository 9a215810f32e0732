using System.ComponentModel;
using System.Diagnostics;

namespace Benchmarks.Reference;

/// <summary>Finds a Python with PyTorch and torchvision.</summary>
internal static class Python
{
    /// <summary>Message for users without one.</summary>
    public const string Advice = "no python3 with torch and torchvision: apt-get install python3-torch python3-torchvision";

    // The system's Python too, because the first one in the path may lack packages.
    private static readonly string[] Candidates = ["python3", "/usr/bin/python3"];

    /// <summary>Returns the command that starts it; null if there is none.</summary>
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
