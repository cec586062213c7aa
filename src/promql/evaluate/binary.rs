//! Binary operators: arithmetic, comparisons and sets, one to one and many to one.

use super::super::ast::{Binary, BinaryOp, Matching};
use super::{Labels, Unknown, Value, Vector, nameless};

/// Applies an operator to what its sides yield.
pub fn apply(node: &Binary, left: Value, right: Value) -> Result<Value, Unknown> {
    let (op, as_bool) = (node.op, node.returns_bool);
    Ok(match (left, right) {
        (Value::Scalar(a), Value::Scalar(b)) => Value::Scalar(computed(op, a, b)?),
        (Value::Vector(left), Value::Scalar(b)) => Value::Vector(each(op, as_bool, left, |a| (a, b))?),
        (Value::Scalar(a), Value::Vector(right)) => Value::Vector(each(op, as_bool, right, |b| (a, b))?),
        (Value::Vector(left), Value::Vector(right)) if op.is_set() => {
            Value::Vector(sets(op, node.matching.as_ref(), left, right))
        }
        (Value::Vector(left), Value::Vector(right)) => Value::Vector(joined(node, left, right)?),
    })
}

fn holds(op: BinaryOp, a: f64, b: f64) -> bool {
    #[allow(clippy::float_cmp, reason = "PromQL compares exactly")]
    match op {
        BinaryOp::Equal => a == b,
        BinaryOp::NotEqual => a != b,
        BinaryOp::Less => a < b,
        BinaryOp::LessEqual => a <= b,
        BinaryOp::Greater => a > b,
        _ => a >= b,
    }
}

fn computed(op: BinaryOp, a: f64, b: f64) -> Result<f64, Unknown> {
    Ok(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Mod => a % b,
        BinaryOp::Pow => a.powf(b),
        BinaryOp::Atan2 => a.atan2(b),
        _ if op.is_comparison() => f64::from(u8::from(holds(op, a, b))),
        _ => return Err(format!("`{}` between numbers", op.text())),
    })
}

/// A vector with a number beside it; `sides` puts the two in order. A comparison without `bool` keeps the vector's own value and name.
fn each(op: BinaryOp, as_bool: bool, vector: Vector, sides: impl Fn(f64) -> (f64, f64)) -> Result<Vector, Unknown> {
    let mut found = Vector::new();
    for (labels, v) in vector {
        let (a, b) = sides(v);
        if op.is_comparison() && !as_bool {
            if holds(op, a, b) {
                found.push((labels, v));
            }
        } else {
            found.push((nameless(&labels), computed(op, a, b)?));
        }
    }
    Ok(found)
}

/// The labels by which two sides find each other.
fn key(matching: Option<&Matching>, labels: &Labels) -> Labels {
    let kept = |name: &str| match matching {
        None => name != "__name__",
        Some(m) if m.on => m.labels.iter().any(|l| l.text == name),
        Some(m) => name != "__name__" && m.labels.iter().all(|l| l.text != name),
    };
    labels.iter().filter(|(name, _)| kept(name)).map(|(k, v)| (k.clone(), v.clone())).collect()
}

fn sets(op: BinaryOp, matching: Option<&Matching>, mut left: Vector, right: Vector) -> Vector {
    let of = |labels: &Labels| key(matching, labels);
    if op == BinaryOp::Or {
        let have: Vec<Labels> = left.iter().map(|(labels, _)| of(labels)).collect();
        left.extend(right.into_iter().filter(|(labels, _)| !have.contains(&of(labels))));
        return left;
    }
    let have: Vec<Labels> = right.iter().map(|(labels, _)| of(labels)).collect();
    left.retain(|(labels, _)| have.contains(&of(labels)) == (op == BinaryOp::And));
    left
}

fn joined(node: &Binary, left: Vector, right: Vector) -> Result<Vector, Unknown> {
    let matching = node.matching.as_ref();
    let group = matching.and_then(|m| m.group.as_ref());
    // the side of which each series may meet many
    let swapped = group.is_some_and(|g| !g.left);
    let (many, one) = if swapped { (right, left) } else { (left, right) };
    let mut found = Vector::new();
    for (labels, v) in many {
        let wanted = key(matching, &labels);
        let mut partners = one.iter().filter(|(other, _)| key(matching, other) == wanted);
        let Some((other, w)) = partners.next() else { continue };
        if partners.next().is_some() {
            return Err("a join of many to many".into());
        }
        let (a, b) = if swapped { (*w, v) } else { (v, *w) };
        let filter = node.op.is_comparison() && !node.returns_bool;
        if filter && !holds(node.op, a, b) {
            continue;
        }
        let mut result = match (matching, group) {
            _ if filter && group.is_some() => labels.clone(),
            (_, Some(_)) | (None, None) if group.is_some() || !filter => nameless(&labels),
            (Some(m), None) if m.on => wanted,
            (Some(_), None) => key(matching, &labels),
            _ => labels.clone(),
        };
        for label in group.iter().flat_map(|g| &g.labels) {
            match other.get(&label.text) {
                Some(value) => result.insert(label.text.clone(), value.clone()),
                None => result.remove(&label.text),
            };
        }
        if found.iter().any(|(have, _)| *have == result) {
            return Err("a join of many to one without `group_left`".into());
        }
        found.push((result, if filter { a } else { computed(node.op, a, b)? }));
    }
    Ok(found)
}
