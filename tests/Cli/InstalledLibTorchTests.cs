using System.Diagnostics;
using Tests.Pipeline;

namespace Tests.Cli;

/// <summary>
/// Tests the real program without a libtorch of its own, as -p:Accelerator=none builds it. The libtorch of this build is in another folder.
/// </summary>
[Trait("Category", "Process")]
public sealed class InstalledLibTorchTests : IClassFixture<InstalledLibTorchTests.Program>
{
    private static readonly string[] Weights = ["pretrain", "finetune", "distill", "self-distill", "supervised"];

    private readonly Program _program;

    public InstalledLibTorchTests(Program program) => _program = program;

    [Fact]
    public void Installed_libtorch_gives_the_same_bits_as_the_one_beside_the_program()
    {
        using var beside = new TinyPipeline();
        using var installed = new TinyPipeline();

        var expected = DistillProcess.Run(beside.Folder, "run");
        var found = _program.Run(installed.Folder, _program.LibTorch, "run");

        Assert.True(expected.ExitCode == 0, expected.Errors);
        Assert.True(found.ExitCode == 0, found.Errors);
        Assert.All(Weights, stage => Assert.Equal(
            File.ReadAllBytes(Path.Combine(beside.Models, stage, "weights.safetensors")),
            File.ReadAllBytes(Path.Combine(installed.Models, stage, "weights.safetensors"))));
    }

    [Fact]
    public void Doctor_names_the_folder_of_libtorch()
    {
        var outcome = _program.Run(_program.Folder, _program.LibTorch, "doctor");

        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Errors);
        Assert.Contains($"{_program.LibTorch} (LIBTORCH={_program.LibTorch})", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("FAIL", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_libtorch_one_message_names_the_variable_to_set() =>
        AssertOneMessage(_program.Run(_program.Folder, null, "doctor"), "Set LIBTORCH");

    [Fact]
    public void A_folder_without_libtorch_gets_one_message() =>
        AssertOneMessage(_program.Run(_program.Folder, _program.Folder, "status", "smoke"), "libtorch_cpu.so");

    [Fact]
    public void A_missing_dependency_of_libtorch_is_named()
    {
        using var folder = new TempFolder();
        foreach (var file in Directory.GetFiles(_program.LibTorch))
        {
            if (!Path.GetFileName(file).StartsWith("libgomp", StringComparison.Ordinal))
            {
                Program.Link(file, folder.Path);
            }
        }

        AssertOneMessage(_program.Run(_program.Folder, folder.Path, "doctor"), "libgomp");
    }

    [Fact]
    public void Help_needs_no_libtorch() => Assert.Equal(0, _program.Run(_program.Folder, null, "run", "--help").ExitCode);

    [Fact]
    public void A_build_that_has_a_libtorch_refuses_an_installed_one()
    {
        using var process = new DistillProcess(_program.Folder, Program.Environment(_program.LibTorch), "doctor");
        AssertOneMessage(process.Finish(), "Accelerator=none");
    }

    private static void AssertOneMessage(DistillProcess.Outcome outcome, string part)
    {
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(part, outcome.Errors, StringComparison.Ordinal);
        Assert.Single(outcome.Errors.Trim().Split('\n'));
    }

    /// <summary>Links to the files of this build: libtorch in one folder and all other files in another.</summary>
    public sealed class Program : IDisposable
    {
        private readonly TempFolder _root = new();

        public Program()
        {
            Folder = Directory.CreateDirectory(Path.Combine(_root.Path, "program")).FullName;
            LibTorch = Directory.CreateDirectory(Path.Combine(_root.Path, "libtorch")).FullName;
            foreach (var file in Directory.GetFiles(AppContext.BaseDirectory))
            {
                Link(file, IsLibTorch(Path.GetFileName(file)) ? LibTorch : Folder);
            }

            Link(Path.Combine(AppContext.BaseDirectory, "presets"), Folder);
        }

        public string Folder { get; }

        public string LibTorch { get; }

        internal static Dictionary<string, string?> Environment(string? libTorch) => new()
        {
            ["LIBTORCH"] = libTorch,
            ["LIBTORCH_USE_PYTORCH"] = null,
            ["LIBTORCH_BYPASS_VERSION_CHECK"] = null,
        };

        /// <summary>
        /// Makes a hard link, or a copy on another file system. Through a symbolic link, the program would find its original folder.
        /// </summary>
        internal static void Link(string source, string folder)
        {
            using var copy = Process.Start("/bin/sh", ["-c", "cp -rl \"$0\" \"$1\" 2>/dev/null || cp -r \"$0\" \"$1\"", source, folder]);
            copy.WaitForExit();
            Assert.Equal(0, copy.ExitCode);
        }

        internal DistillProcess.Outcome Run(string folder, string? libTorch, params string[] arguments)
        {
            using var process = new DistillProcess(Folder, folder, Environment(libTorch), arguments);
            return process.Finish();
        }

        public void Dispose() => _root.Dispose();

        private static bool IsLibTorch(string name) =>
            new[] { "libtorch", "libc10", "libgomp" }.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
    }
}
