"""NT-Xent and soft-target cross entropy with their gradients, in double precision."""

import torch
from torch.nn import functional as F

from golden import uniform, write

golden = {}
for temperature in (0.1, 0.5):
    z = uniform("z", [10, 6]).double().requires_grad_()
    similarity = F.cosine_similarity(z[:, None], z[None], dim=2) / temperature
    rows = []
    for i in range(10):
        others = [j for j in range(10) if j != i]
        rows.append(torch.logsumexp(similarity[i, others], 0) - similarity[i, (i + 5) % 10])
    loss = torch.stack(rows).mean()
    loss.backward()
    golden[f"ntxent/{temperature}"] = loss
    golden[f"ntxent/{temperature}/gradient"] = z.grad
for teacher_temperature, student_temperature in ((1.0, 1.0), (0.5, 2.0), (0.1, 1.0)):
    student = (3 * uniform("student", [6, 5]).double()).requires_grad_()
    teacher = 3 * uniform("teacher", [6, 5]).double()
    loss = F.cross_entropy(student / student_temperature, (teacher / teacher_temperature).softmax(1))
    loss.backward()
    golden[f"soft/{teacher_temperature}/{student_temperature}"] = loss
    golden[f"soft/{teacher_temperature}/{student_temperature}/gradient"] = student.grad
for alpha in (0.0, 0.25, 1.0):
    # Six rows of soft targets and four labeled rows of one forward pass: equation 4 of SimCLRv2, with means.
    student = (3 * uniform("student", [10, 5]).double()).requires_grad_()
    teacher = 3 * uniform("teacher", [6, 5]).double()
    soft = F.cross_entropy(student[:6] / 2.0, (teacher / 0.5).softmax(1))
    loss = (1 - alpha) * F.cross_entropy(student[6:], torch.tensor([4, 0, 2, 2])) + alpha * soft
    loss.backward()
    golden[f"mixed/{alpha}"] = loss
    golden[f"mixed/{alpha}/gradient"] = student.grad
write("losses.safetensors", golden)
