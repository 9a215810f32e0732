namespace Tests.Publish;

/// <summary>A test with several cases that runs PyTorch and torchvision; skipped if they are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonTheoryAttribute : TheoryAttribute
{
    public PythonTheoryAttribute() => Skip = new PythonFactAttribute().Skip;
}
