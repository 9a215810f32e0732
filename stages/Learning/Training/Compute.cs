using Distill.Learning.Native;
using Distill.Pipeline.Options;
using Distill.Pipeline.Retries;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>The device and the arithmetic that networks run in.</summary>
/// <param name="Device">The CPU or one CUDA GPU.</param>
/// <param name="Bf16">Whether forward passes run under bf16 autocast.</param>
public sealed record Compute(Device Device, bool Bf16)
{
    private const string PrecisionHelp = "Arithmetic of training. auto: bf16 on a GPU of compute capability 8.0 or later and on CPUs with "
        + "instructions for it, else fp32.";

    /// <summary>Reads <c>device</c> (auto, cpu, cuda or cuda:N) and <c>precision</c> (auto, fp32, bf16).</summary>
    /// <remarks>
    /// A device that does not exist here is accepted, so that a machine without a GPU can read any pipeline. <see cref="Check"/> refuses
    /// it.
    /// </remarks>
    public static Compute Read(JsonSection section)
    {
        var name = section.Text("device", "auto", "auto, cpu, cuda or cuda:N.");
        var device = name switch
        {
            "auto" => cuda.is_available() ? CUDA : CPU,
            "cpu" => CPU,
            _ when name == "cuda" || name.StartsWith("cuda:", StringComparison.Ordinal) =>
                new Device(DeviceType.CUDA, GpuNumber(section, name)),
            _ => throw section.Error("device", $"found \"{name}\", expected auto, cpu, cuda or cuda:N"),
        };
        var gpu = device.type == DeviceType.CUDA ? CudaDriver.Gpu(Math.Max(0, device.index)) : null;
        var (bf16, note) = ChoosePrecision(
            section.Choice("precision", Precision.Auto, PrecisionHelp), device.type, gpu, Processor.MultipliesBf16);
        return new Compute(device, bf16)
        {
            Missing = gpus => section.Error("device", MissingMessage(name, gpus)),
            PrecisionNote = note,
        };
    }

    /// <summary>Chooses the precision, with a note if <c>auto</c> does not choose the usual one for this kind of device.</summary>
    /// <param name="precision">The configured value.</param>
    /// <param name="device">CPU or CUDA.</param>
    /// <param name="gpu">The chosen GPU; null on a CPU, or if the driver does not describe it.</param>
    /// <param name="cpuMultipliesBf16">Whether the CPU has instructions for bf16.</param>
    internal static (bool Bf16, string? Note) ChoosePrecision(
        Precision precision, DeviceType device, CudaGpu? gpu, bool cpuMultipliesBf16) => (precision, device, gpu) switch
        {
            (Precision.Bf16, _, _) => (true, null),
            (Precision.Fp32, _, _) => (false, null),
            (_, DeviceType.CPU, _) => (cpuMultipliesBf16, null),
            (_, _, { MultipliesBf16: false }) => (false, FormattableString.Invariant(
                $"precision \"auto\" is fp32 here: {gpu.Name} has compute capability {gpu.Capability}, and bf16 needs 8.0")),
            _ => (true, null),
        };

    /// <summary>Makes the error for a device that does not exist, given the number of GPUs found.</summary>
    private Func<int, UserException> Missing { get; init; } = gpus => new UserException(MissingMessage("cuda", gpus));

    /// <summary>What the user should know about the chosen precision; null for nothing.</summary>
    private string? PrecisionNote { get; init; }

    /// <summary>The same device in fp32, for measurements, where the last digit matters more than speed.</summary>
    public Compute InFp32 => this with { Bf16 = false };

    /// <summary>Checks that the device exists, and sets up a GPU. Call this before anything runs on the device.</summary>
    /// <exception cref="UserException">This machine or this build does not have the device.</exception>
    public void Check()
    {
        if (Device.type == DeviceType.CPU)
        {
            return;
        }

        var gpus = cuda.is_available() ? cuda.device_count() : 0;
        if (Device.index >= gpus)
        {
            throw Missing(gpus);
        }

        SetUpGpu();
    }

    /// <summary>
    /// Checks the device and allocates on it, so that a GPU in another process's exclusive use is found now, and waited for.
    /// </summary>
    /// <param name="retry">Tries again while another process holds the GPU.</param>
    /// <param name="note">Receives what the user should know about the device.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="UserException">This machine or this build does not have the device.</exception>
    public void Open(DeviceRetry retry, Action<string> note, CancellationToken cancellation)
    {
        Check();
        if (PrecisionNote is not null)
        {
            note(PrecisionNote);
        }

        if (Device.type == DeviceType.CUDA)
        {
            retry.Run(() => zeros(1, device: Device).Dispose(), cancellation);
        }
    }

    /// <summary>Runs forward passes in the chosen arithmetic until disposed.</summary>
    public IDisposable BeginAutocast() => Autocast.Begin(Device.type, Bf16);

    /// <summary>
    /// Moves a network to the device. This replaces its parameters, so it comes before <see cref="Optimizers.FlatParameters"/>.
    /// </summary>
    public void MoveTo(nn.Module network) => network.to(Device);

    public override string ToString() => $"{Device}, {(Bf16 ? "bf16" : "fp32")}";

    /// <summary>
    /// Turns TF32 off, which has 10 bits of mantissa. bf16 is the fast path, and whatever still runs in fp32 (losses, metrics) should be
    /// exact.
    /// </summary>
    private static void SetUpGpu()
    {
        backends.cuda.matmul.allow_tf32 = false;
        backends.cudnn.allow_tf32 = false;
    }

    private static int GpuNumber(JsonSection section, string name)
    {
        var index = 0;
        return name == "cuda" || (int.TryParse(name["cuda:".Length..], out index) && index >= 0)
            ? index
            : throw section.Error("device", $"found \"{name}\", expected cuda:N, where N is the number of a GPU");
    }

    private static string MissingMessage(string name, int gpus) => $"found \"{name}\", but this build finds {gpus} CUDA GPUs; "
        + "use \"auto\" or \"cpu\", or build with -p:Accelerator=cuda on a machine with a CUDA driver";
}
